using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Subscriptions;

/// <summary>
/// Sends deltas as CloudEvents 1.0 over HTTP, in binary or structured mode, signed as Standard Webhooks 1.0 says:
/// HMAC-SHA256 over <c>id.timestamp.body</c>. Follows no redirect and uses no proxy, since either would decide where it
/// really goes. Thread-safe.
/// </summary>
public sealed class CloudEventSender : IWebhookSender, IDisposable
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);

    private readonly HttpClient client;
    private readonly TimeProvider time;

    /// <summary>Makes a sender.</summary>
    /// <param name="allowsPrivate">Whether private, loopback and link-local addresses may be reached.</param>
    /// <param name="time">Stamps the signatures.</param>
    public CloudEventSender(bool allowsPrivate, TimeProvider time)
    {
        this.time = time;
        client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectTimeout = RequestTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            MaxResponseDrainSize = 64 << 10,
            ConnectCallback = (context, cancellationToken) => WebhookAddresses.ConnectAsync(context.DnsEndPoint, allowsPrivate, cancellationToken),
        })
        {
            Timeout = RequestTimeout,
            MaxResponseContentBufferSize = 64 << 10,
        };
    }

    /// <inheritdoc/>
    public async ValueTask SendAsync(WebhookTarget target, WebhookEvent message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(message);
        using var request = Compose(target, message);
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                throw Failed($"The webhook answered {(int)response.StatusCode}.", null);
            }
        }
        catch (Exception failure) when (failure is HttpRequestException or SocketException)
        {
            // A receiver that dies while a connection to it is opened may show as the bare error of the socket.
            throw failure.InnerException is TemporalException refused ? refused : Failed("The webhook can not be reached.", failure);
        }
        catch (OperationCanceledException failure) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failed($"The webhook did not answer within {RequestTimeout.TotalSeconds} s.", failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    /// <summary>The signature of a message: <c>v1,</c> and the base64 of its HMAC-SHA256.</summary>
    internal static string Sign(string secret, string id, long timestamp, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.")));
        hash.AppendData(body);
        return $"v1,{Convert.ToBase64String(hash.GetHashAndReset())}";
    }

    private HttpRequestMessage Compose(WebhookTarget target, WebhookEvent message)
    {
        var attributes = CloudEventFormat.AttributesOf(message);
        var isStructured = target.Mode == WebhookMode.Structured;
        var body = isStructured ? CloudEventFormat.WriteStructured(attributes, message) : CloudEventFormat.WriteData(message);
        var request = new HttpRequestMessage(HttpMethod.Post, target.Url) { Content = new ByteArrayContent(body), VersionPolicy = HttpVersionPolicy.RequestVersionOrLower };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(isStructured ? "application/cloudevents+json" : "application/json") { CharSet = isStructured ? "utf-8" : null };
        if (!isStructured)
        {
            foreach (var (name, value) in attributes)
            {
                request.Headers.TryAddWithoutValidation($"ce-{name}", CloudEventFormat.EscapeHeader(value));
            }
        }

        var id = attributes[0].Value;
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds();
        request.Headers.TryAddWithoutValidation("webhook-id", id);
        request.Headers.TryAddWithoutValidation("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        if (target.Secret is { } secret)
        {
            request.Headers.TryAddWithoutValidation("webhook-signature", Sign(secret, id, timestamp, body));
        }

        return request;
    }

    private static TemporalException Failed(string message, Exception? failure) =>
        new(ErrorKind.Unavailable, ErrorCodes.WebhookFailed, message, failure);
}
