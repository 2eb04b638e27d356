using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>Writes documents that share nothing with each other, and backs off when asked to, as a client should.</summary>
internal sealed class DocumentFeed
{
    private const int DocumentTextLength = 4000;
    private const int DocumentsPerBatch = 50;
    private const int ClientsAtOnce = 4;
    private const int Samples = 100;
    private const int TriesMax = 100;
    private static readonly TimeSpan BackOff = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _http;
    private int _throttled;

    public DocumentFeed(HttpClient http, long bytes)
    {
        _http = http;
        BatchCount = (int)(bytes / (DocumentTextLength * DocumentsPerBatch));
    }

    public int BatchCount { get; }

    public long Bytes => (long)BatchCount * DocumentsPerBatch * DocumentTextLength;

    public int Throttled => _throttled;

    /// <summary>Answers that no client should have to expect, with their bodies.</summary>
    public ConcurrentQueue<string> Faults { get; } = new();

    /// <summary>Sends the batches from one number to before another.</summary>
    public Task RunAsync(int from, int to) =>
        Parallel.ForAsync(from, to, new ParallelOptions { MaxDegreeOfParallelism = ClientsAtOnce }, async (batch, _) =>
        {
            var operations = Enumerable.Range(batch * DocumentsPerBatch, DocumentsPerBatch)
                .Select(number => $$$"""{"put":{"key":"novel-{{{number}}}","value":{{{Document(number)}}}}}""");
            await SendAsync(() => new HttpRequestMessage(HttpMethod.Post, "/v1/default/kv/novel/batch")
            {
                Content = new StringContent($$"""{"operations":[{{string.Join(',', operations)}}]}""", Encoding.UTF8, "application/json"),
            });
        });

    /// <summary>Reads some of the documents back.</summary>
    public async Task CheckAsync()
    {
        var total = BatchCount * DocumentsPerBatch;
        for (var i = 0; i < Samples; i++)
        {
            var number = (int)((long)total * i / Samples);
            if (await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, $"/v1/default/kv/novel/novel-{number}")) is not { } body)
                continue;
            using var shown = JsonDocument.Parse(body);
            using var sent = JsonDocument.Parse(Document(number));
            if (!JsonElement.DeepEquals(shown.RootElement.GetProperty("value"), sent.RootElement))
                Faults.Enqueue($"novel-{number} is not what was sent");
        }
    }

    private static string Document(int number)
    {
        var bytes = new byte[DocumentTextLength / 2];
        new Random(number).NextBytes(bytes);
        return $$"""{"number":{{number}},"text":"{{Convert.ToHexStringLower(bytes)}}"}""";
    }

    private async Task<string?> SendAsync(Func<HttpRequestMessage> build)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var request = build();
            using var response = await _http.SendAsync(request);
            var body = await response.Content.ReadAsStringAsync();
            if (response.IsSuccessStatusCode)
                return body;
            var busy = response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable;
            if (!busy || attempt == TriesMax)
            {
                Faults.Enqueue($"{request.Method} {request.RequestUri} answered {(int)response.StatusCode} {body}");
                return null;
            }

            Interlocked.Increment(ref _throttled);
            var pause = response.Headers.RetryAfter?.Delta ?? BackOff;
            await Task.Delay(pause);
        }
    }
}
