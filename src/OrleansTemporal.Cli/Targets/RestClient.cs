using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Commands;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Targets;

/// <summary>
/// Sends requests until they are settled: waits and sends again on 429, 503, a lost connection or silence. A write carries
/// one idempotency key through all tries, so it has one effect.
/// </summary>
internal sealed partial class RestClient : IDisposable
{
    private const int TriesMax = 8;
    private static readonly TimeSpan TryTimeout = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan DelayMax = TimeSpan.FromSeconds(30);
    private static readonly JsonDocumentOptions JsonOptions = new() { MaxDepth = Limits.JsonDepthMax + 16 };

    private readonly Uri server;
    private readonly TimeProvider clock;
    private readonly HttpClient http;
    private readonly Lock gate = new();
    private volatile bool hasAnswered;
    private HybridTimestamp observed;

    public RestClient(Uri server, TimeProvider clock)
    {
        this.server = server;
        this.clock = clock;
        http = new HttpClient(new SocketsHttpHandler { UseProxy = !server.IsLoopback, AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>The newest system time that an answer carried.</summary>
    public HybridTimestamp Observed
    {
        get
        {
            lock (gate)
            {
                return observed;
            }
        }
    }

    /// <summary>A key or name as one segment of a path.</summary>
    public static string Segment(string text) => Uri.EscapeDataString(text);

    /// <summary>The rows of a list, page after page.</summary>
    public IAsyncEnumerable<JsonElement> PagesAsync(string first, CancellationToken cancellationToken) => PagesAsync(first, null, cancellationToken);

    /// <inheritdoc cref="PagesAsync(string, CancellationToken)"/>
    /// <param name="first">Where the first page is.</param>
    /// <param name="seen">Shown each answer whole, before its rows; may be null.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    public async IAsyncEnumerable<JsonElement> PagesAsync(string first, Action<JsonElement>? seen, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var next = first; next is not null;)
        {
            var request = new RestRequest(HttpMethod.Get, next);
            using var answer = await SendAsync(request, cancellationToken);
            seen?.Invoke(answer.Root);
            foreach (var element in answer.Root.GetProperty("value").EnumerateArray())
                yield return element;

            next = answer.Root.TryGetProperty("nextLink", out var link) && link.ValueKind == JsonValueKind.String ? PathOf(link.GetString()!) : null;
        }

        // A link may be absolute; only its path and query count, so that a server behind another name works.
        static string PathOf(string link)
        {
            var scheme = link.IndexOf("://", StringComparison.Ordinal);
            return scheme < 0 ? link : link[link.IndexOf('/', scheme + 3)..];
        }
    }

    public async Task<RestAnswer> SendAsync(RestRequest request, CancellationToken cancellationToken)
    {
        var delay = FirstDelay;
        for (var tries = 1; ; tries++)
        {
            var (answer, failure) = await TryAsync(request, cancellationToken);
            if (answer is not null)
                return answer;
            if (!failure!.IsRetryable || !request.IsRetried || tries == TriesMax || (failure.Code == Advice.TargetUnreachable && !hasAnswered))
                throw failure;

            var wait = failure.RetryAfter ?? delay;
            await Task.Delay(wait < DelayMax ? wait : DelayMax, clock, cancellationToken);
            delay = delay * 2 < DelayMax ? delay * 2 : DelayMax;
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<(RestAnswer? Answer, TemporalException? Failure)> TryAsync(RestRequest request, CancellationToken cancellationToken)
    {
        using var message = request.ToMessage(server, Observed == HybridTimestamp.Zero ? "" : Observed.ToString());
        using var timeout = new CancellationTokenSource(TryTimeout, clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var response = await http.SendAsync(message, stop.Token);
            hasAnswered = true;
            Observe(response);
            if (!response.IsSuccessStatusCode)
                return (null, await ProblemReader.ReadAsync(response, clock, stop.Token));

            return (await ReadAsync(response, stop.Token), null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, new TemporalException(ErrorKind.Unavailable, ErrorCodes.TimedOut, $"{server} did not answer within {TryTimeout.TotalSeconds:0} s.")
            {
                OutcomeUnknown = request.IsWrite,
            });
        }
        catch (Exception error) when (error is HttpRequestException or IOException or SocketException)
        {
            return (null, Unreachable(error, request.IsWrite));
        }
    }

    private static async Task<RestAnswer> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        var isJson = response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.OrdinalIgnoreCase) == true;
        var location = response.Headers.TryGetValues("Operation-Location", out var values) ? values.First() : null;
        try
        {
            return new RestAnswer(response.StatusCode, isJson && bytes.Length > 0 ? JsonDocument.Parse(bytes, JsonOptions) : null, PathOf(location));
        }
        catch (JsonException error)
        {
            throw new TemporalException(ErrorKind.Internal, "unexpected_answer", $"The answer of {response.RequestMessage?.RequestUri} is no JSON.", error);
        }
    }

    private static string? PathOf(string? location) =>
        location is null || location.StartsWith('/') ? location
        : Uri.TryCreate(location, UriKind.Absolute, out var absolute) ? absolute.PathAndQuery
        : null;

    private TemporalException Unreachable(Exception error, bool isWrite)
    {
        var isRefused = error is HttpRequestException { InnerException: SocketException };
        return new TemporalException(
            ErrorKind.Unavailable,
            Advice.TargetUnreachable,
            $"Nothing answers at {server.GetLeftPart(UriPartial.Authority)} ({error.Message.TrimEnd('.')}). Start a server with `otemporal serve --data <folder>`, or pass --url or --data.",
            error)
        {
            OutcomeUnknown = isWrite && !isRefused,
        };
    }

    private void Observe(HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("x-ot-system-time", out var values) || !HybridTimestamp.TryParse(values.First(), out var seen))
            return;
        lock (gate)
        {
            if (seen.CompareTo(observed) > 0)
                observed = seen;
        }
    }
}
