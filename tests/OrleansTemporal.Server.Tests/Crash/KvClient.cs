using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>Speaks the REST contract of kv, and tells known outcomes from unknown ones.</summary>
internal sealed class KvClient(HttpClient http)
{
    private const string Workspace = "/v1/default";

    private volatile Exception? _broken;

    /// <summary>Sends a write and records what became of it.</summary>
    /// <returns>The answer; null when there was none, so that the outcome is unknown.</returns>
    public async Task<Answer?> SendAsync(Attempt attempt)
    {
        var answer = await TrySendAsync(() => Request(attempt));
        if (answer is null)
            return null;
        if (answer.IsSuccess)
        {
            attempt.Receipt = Receipt.Parse(answer.Body);
            attempt.WriteIds = WriteIdsOf(attempt, answer.Body);
            attempt.Outcome = Outcome.Acknowledged;
        }
        else if ((int)answer.Status is >= 400 and < 500 && (attempt.IsAtomic || answer.Status != HttpStatusCode.TooManyRequests))
        {
            attempt.Outcome = Outcome.Refused;
        }

        return answer;
    }

    /// <summary>Reads; null when the connection broke.</summary>
    public Task<Answer?> TryGetAsync(string path) => TrySendAsync(() => new HttpRequestMessage(HttpMethod.Get, Workspace + path));

    /// <summary>Reads from a server that is expected to be there.</summary>
    public async Task<Answer> GetAsync(string path) => await TryGetAsync(path) ?? throw NoAnswer($"GET {path}");

    /// <summary>Posts to a server that is expected to be there.</summary>
    public async Task<Answer> PostAsync(string path, string body, string? idempotencyKey = null) =>
        await TryPostAsync(path, body, idempotencyKey) ?? throw NoAnswer($"POST {path}");

    /// <summary>Posts; null when there was no answer.</summary>
    public Task<Answer?> TryPostAsync(string path, string body, string? idempotencyKey) => TrySendAsync(HttpMethod.Post, path, body, idempotencyKey);

    /// <summary>Puts; null when there was no answer.</summary>
    public Task<Answer?> TryPutAsync(string path, string body) => TrySendAsync(HttpMethod.Put, path, body, null);

    /// <summary>Deletes; null when there was no answer.</summary>
    public Task<Answer?> TryDeleteAsync(string path, string idempotencyKey) => TrySendAsync(() =>
    {
        var request = new HttpRequestMessage(HttpMethod.Delete, Workspace + path);
        request.Headers.Add("Idempotency-Key", idempotencyKey);
        return request;
    });

    private Task<Answer?> TrySendAsync(HttpMethod method, string path, string body, string? idempotencyKey) => TrySendAsync(() =>
    {
        var request = new HttpRequestMessage(method, Workspace + path) { Content = Json(body) };
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        return request;
    });

    public static string PathOf(string name, string key) => $"/kv/{name}/{Uri.EscapeDataString(key)}";

    private static HttpRequestMessage Request(Attempt attempt)
    {
        var only = attempt.Operations[0];
        var request = attempt switch
        {
            { IsBatch: true } => new HttpRequestMessage(HttpMethod.Post, $"{Workspace}/kv/{attempt.Namespace}/batch") { Content = Json(BatchBody(attempt)) },
            _ when only.IsDelete => new HttpRequestMessage(HttpMethod.Delete, Workspace + PathOf(attempt.Namespace, only.Key)),
            _ => new HttpRequestMessage(HttpMethod.Put, Workspace + PathOf(attempt.Namespace, only.Key)) { Content = Json(attempt.ValueOf(0)) },
        };
        if (attempt.IdempotencyKey is { } key)
            request.Headers.Add("Idempotency-Key", key);
        if (attempt.IfMatch is "")
            request.Headers.Add("If-None-Match", "*");
        else if (attempt.IfMatch is { } tag)
            request.Headers.Add("If-Match", $"\"{tag}\"");
        return request;
    }

    // A batch over several partitions lists its writes partition by partition.
    private static string[] WriteIdsOf(Attempt attempt, JsonElement answer)
    {
        if (!answer.TryGetProperty("writes", out var writes))
            return attempt.Receipt!.WriteId is { } only ? [only] : [];
        var byKey = writes.EnumerateArray().ToDictionary(static write => write.GetProperty("key").GetString()!, static write => write.GetProperty("writeId").GetString()!);
        return [.. attempt.Operations.Select(operation => byKey[operation.Key])];
    }

    private static string BatchBody(Attempt attempt)
    {
        var operations = attempt.Operations.Select((operation, index) => operation.IsDelete
            ? $$$"""{"delete":{"key":{{{JsonSerializer.Serialize(operation.Key)}}}}}"""
            : $$$"""{"put":{"key":{{{JsonSerializer.Serialize(operation.Key)}}},"value":{{{attempt.ValueOf(index)}}}}}""");
        return $$"""{"operations":[{{string.Join(',', operations)}}],"atomic":{{(attempt.IsAtomic ? "true" : "false")}}}""";
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private async Task<Answer?> TrySendAsync(Func<HttpRequestMessage> build)
    {
        try
        {
            using var request = build();
            using var response = await http.SendAsync(request);
            var bytes = await response.Content.ReadAsByteArrayAsync();
            var systemTime = response.Headers.TryGetValues("x-ot-system-time", out var values) ? values.First() : null;
            return new Answer(response.StatusCode, bytes, systemTime, response.Headers.Location?.OriginalString
                ?? (response.Headers.TryGetValues("Operation-Location", out var location) ? location.First() : null));
        }
        // A server that dies while a connection to it is opened may show as the bare error of the socket.
        catch (Exception broken) when (broken is HttpRequestException or IOException or TaskCanceledException or SocketException)
        {
            _broken = broken;
            return null;
        }
    }

    private InvalidOperationException NoAnswer(string request) => new($"No answer to {request}: {_broken}", _broken);
}
