using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Hosting;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Requests;

/// <summary>One request on its way to a handler: its decoded path, the open database, who calls, and until when.</summary>
internal sealed class ApiRequest
{
    private const int ScopeBytesMax = 1_024;

    // The two callers there are while nobody has to say who they are, so that the common request allocates neither.
    private static readonly CallContext LocalCall = CallContext.Local;
    private static readonly CallContext RemoteCall = new() { Principal = new Principal("", IsLocal: false) };

    private readonly HttpServices services;
    private readonly Parking parking;

    internal ApiRequest(HttpContext http, PathSegments path, HttpServices services, Parking parking, CancellationToken cancellation)
    {
        this.parking = parking;
        Http = http;
        Path = path;
        this.services = services;
        Cancellation = cancellation;
    }

    /// <summary>The framework's view of the request.</summary>
    internal HttpContext Http { get; }

    /// <summary>The decoded segments; the only path that a handler reads.</summary>
    internal PathSegments Path { get; }

    /// <summary>Ends the request when its time is up.</summary>
    internal CancellationToken Cancellation { get; }

    /// <summary>The settings in force.</summary>
    internal OrleansTemporalHttpOptions Options => services.Options;

    /// <summary>
    /// Takes a request that waits or streams out of those that run: it keeps no place that others need, and lasts until its
    /// client has gone or the server stops.
    /// </summary>
    /// <exception cref="TemporalException"><c>too_busy</c>: as many wait already as may.</exception>
    internal Patience Park() => parking.Park(this);

    /// <summary>Whether the request keeps a place among those that run.</summary>
    internal bool IsRunning { get; set; } = true;

    /// <summary>Whether a write was handed to an agent, so that a failure leaves its outcome open.</summary>
    internal bool WriteStarted { get; private set; }

    /// <summary>The database, which must be open.</summary>
    /// <exception cref="TemporalException"><c>not_ready</c>.</exception>
    internal TemporalDatabase Database => services.Host.Current ?? throw services.Host.NotReady();

    /// <summary>The newest system time that this process knows of.</summary>
    internal HybridTimestamp SystemTime => services.Host.SystemTime;

    /// <summary>The time on the wall.</summary>
    internal DateTimeOffset Now => services.Time.GetUtcNow();

    /// <summary>The segment at an index as the name of a workspace, namespace and so on.</summary>
    internal string GetName(int index, string field) => Names.Validate(Path[index], field);

    /// <summary>The segment at an index as a key.</summary>
    internal string GetKey(int index) => EntityKeys.Validate(Path[index], "key");

    /// <summary>A header's value; null when absent, empty or not.</summary>
    internal string? GetHeader(string name) => Http.Request.Headers.TryGetValue(name, out var values) ? values.ToString() : null;

    /// <summary>Who calls a read, and what they have seen.</summary>
    internal CallContext GetReadCall()
    {
        var call = Http.Connection.RemoteIpAddress is { } address && !IPAddress.IsLoopback(address) ? RemoteCall : LocalCall;
        return GetHeader(HeaderNames.SystemTime) is { } text ? call with { Observed = ParseObserved(text) } : call;
    }

    /// <summary>Who calls a write, with what makes it recognisable. Refuses writes while a resource runs short.</summary>
    /// <param name="body">The decompressed body that the idempotency key belongs to.</param>
    internal CallContext GetWriteCall(ReadOnlySpan<byte> body)
    {
        services.Resources.RefuseWritesWhenShort();
        return GetOperationCall(body);
    }

    /// <summary>Who begins an operation, with what makes it recognisable. Also while a resource runs short: an operation may be what helps.</summary>
    /// <param name="body">The decompressed body that the idempotency key belongs to.</param>
    internal CallContext GetOperationCall(ReadOnlySpan<byte> body)
    {
        var call = GetReadCall();
        if (GetHeader(HeaderNames.IdempotencyKey) is { } key)
        {
            CheckIdempotencyKey(key);
            call = call with
            {
                IdempotencyKey = key,
                OperationScope = GetOperationScope(),
                BodyDigest = Distinction.FromBytes(SHA256.HashData(body)),
            };
        }

        WriteStarted = true;
        return call;
    }

    private static void CheckIdempotencyKey(string key)
    {
        if (key.Length == 0)
        {
            throw QueryParameters.Malformed(HeaderNames.IdempotencyKey, "'Idempotency-Key' is not empty.");
        }

        if (Encoding.UTF8.GetByteCount(key) > Limits.IdempotencyKeyBytesMax)
        {
            throw new TemporalException(
                ErrorKind.TooLarge, ErrorCodes.HeaderTooLarge, $"'Idempotency-Key' has at most {Limits.IdempotencyKeyBytesMax} bytes.")
            {
                Field = HeaderNames.IdempotencyKey,
                Limit = Limits.IdempotencyKeyBytesMax,
            };
        }
    }

    // The path may come in escaped in several ways, and is longer than what an agent keeps when it is mostly escapes.
    private string GetOperationScope()
    {
        var scope = $"{Http.Request.Method} {Path.ToCanonicalText()}";
        return scope.Length <= ScopeBytesMax ? scope : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(scope)));
    }

    private HybridTimestamp ParseObserved(string text)
    {
        if (!HybridTimestamp.TryParse(text, out var observed))
        {
            throw QueryParameters.Malformed(HeaderNames.SystemTime, $"'{HeaderNames.SystemTime}' is the system time of an earlier answer.");
        }

        // A clock never runs backwards, so a header from the future would push every later delta there.
        var latest = services.Time.GetUtcNow() + OrleansTemporalHttpOptions.ClockOffsetMax;
        return observed.Milliseconds <= latest.ToUnixTimeMilliseconds()
            ? observed
            : throw new TemporalException(
                ErrorKind.Invalid, ErrorCodes.AsOfInFuture, $"'{HeaderNames.SystemTime}' is later than now.")
            {
                Field = HeaderNames.SystemTime,
            };
    }
}
