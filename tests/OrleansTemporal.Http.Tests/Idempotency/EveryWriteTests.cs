using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Idempotency;

/// <summary>
/// Every write of the OpenAPI document heeds the idempotency key: what is sent again happens once. A route that is added without
/// the header, or without a sample here, fails.
/// </summary>
public sealed class EveryWriteTests(TestServer server) : IClassFixture<TestServer>
{
    private static readonly Dictionary<string, string> Ids = new(StringComparer.Ordinal);

    public static TheoryData<string> Operations { get; } = [.. WriteSamples.All.Keys];

    [Fact]
    public async Task every_write_of_the_document_names_the_header_and_is_tried()
    {
        var missing = new List<string>();
        var writes = (await WritesAsync()).ToList();
        foreach (var (_, _, operation) in writes)
        {
            var name = operation.GetProperty("operationId").GetString()!;
            var parameters = operation.TryGetProperty("parameters", out var list) ? list.GetRawText() : "";
            if (!parameters.Contains("#/components/parameters/Idempotency-Key", StringComparison.Ordinal) || !WriteSamples.All.ContainsKey(name))
            {
                missing.Add(name);
            }
        }

        Assert.Empty(missing);
        Assert.Equal(WriteSamples.All.Keys.Order(StringComparer.Ordinal), writes.Select(static write => write.Operation.GetProperty("operationId").GetString()!).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task a_write_that_comes_again_with_its_key_happens_once(string operation)
    {
        var sample = WriteSamples.All[operation];
        var (method, _, _) = (await WritesAsync()).Single(write => write.Operation.GetProperty("operationId").GetString() == operation);
        await server.SendAsync("PUT", "/v1/idem");
        await RunAsync(sample.Before);
        var first = await SendAsync(method, sample.Path, sample.Body, sample.ContentType, operation);
        Assert.True(first.Status < 300, $"{first.Status} {first.Text}");
        if (sample.IsOperation)
        {
            await EndAsync(first);
        }

        await RunAsync(sample.Between);
        var witness = await LookAsync(sample);
        var again = await SendAsync(method, sample.Path, sample.Body, sample.ContentType, operation);
        Assert.True(first.Status == again.Status, $"{again.Status} {again.Text}");
        Assert.Equal(first.Header("Operation-Location"), again.Header("Operation-Location"));
        if (sample.IsOperation)
        {
            Assert.Equal(first["id"], again["id"]);
            Assert.Equal("succeeded", again["status"]);
        }
        else if (!sample.AnswersState)
        {
            Assert.Equal(Steady(first), Steady(again));
            Assert.Equal(first.Header("x-ot-root"), again.Header("x-ot-root"));
        }

        Assert.Equal(witness, await LookAsync(sample));
        if (sample.Other is { } other)
        {
            var (path, body) = other[0] == '?' ? (sample.Path[..sample.Path.IndexOf('?', StringComparison.Ordinal)] + other, sample.Body) : (sample.Path, other);
            (await SendAsync(method, path, body, sample.ContentType, operation)).IsProblem(422, "idempotency_key_reused");
            Assert.Equal(witness, await LookAsync(sample));
        }
    }

    [Theory]
    [InlineData("/v1/idem.absent", "workspace_not_found")]
    [InlineData("/v1/default/views/absent", "view_not_found")]
    [InlineData("/v1/default/routes/absent", "delta_route_not_found")]
    [InlineData("/v1/default/vectors/absent", "collection_not_found")]
    [InlineData("/v1/default/subscriptions/absent", "subscription_not_found")]
    [InlineData("/v1/default/patterns/absent", "pattern_not_found")]
    public async Task what_was_never_there_is_not_removed_with_a_key_either(string path, string code) =>
        await server.ExpectProblemAsync(404, code, "DELETE", path, null, ("Idempotency-Key", "absent"));

    [Fact]
    public async Task a_removal_that_comes_again_leaves_what_was_made_since()
    {
        await server.ExpectAsync(201, "PUT", "/v1/idem.anew");
        var removed = await server.ExpectAsync(200, "DELETE", "/v1/idem.anew", null, ("Idempotency-Key", "k"));
        await server.ExpectAsync(201, "PUT", "/v1/idem.anew");
        await server.ExpectAsync(201, "PUT", "/v1/idem.anew/kv/n/a", "1");
        Assert.Equal(removed.Text, (await server.ExpectAsync(200, "DELETE", "/v1/idem.anew", null, ("Idempotency-Key", "k"))).Text);
        Assert.Equal("1", (await server.ExpectAsync(200, "GET", "/v1/idem.anew/kv/n/a"))["value"]);
    }

    private async Task<IEnumerable<(string Method, string Path, JsonElement Operation)>> WritesAsync() =>
        (await server.ExpectAsync(200, "GET", "/openapi/v1.json")).Json.GetProperty("paths").EnumerateObject()
            .SelectMany(static path => path.Value.EnumerateObject(), static (path, member) => (member.Name.ToUpperInvariant(), path.Name, member.Value))
            .Where(static one => one.Item1 is "POST" or "PUT" or "PATCH" or "DELETE" && !WriteSamples.Questions.Contains(one.Value.GetProperty("operationId").GetString()!));

    private async Task RunAsync((string Method, string Path, string? Body)[] requests)
    {
        foreach (var (method, path, body) in requests)
        {
            await WriteSample.RunAsync(server, [(method, PathOf(path), body)]);
            if (method == "POST" && path.EndsWith("/subscriptions", StringComparison.Ordinal))
            {
                var name = JsonDocument.Parse(body!).RootElement.GetProperty("name").GetString()!;
                Ids[name] = (await server.ExpectAsync(200, "GET", path)).Rows.Last(row => row.GetProperty("name").GetString() == name).GetProperty("id").GetString()!;
            }
        }
    }

    private async Task<string?> LookAsync(WriteSample sample) =>
        sample.Witness is { } path ? Steady((await server.ExpectAsync(200, "GET", PathOf(path))).Json) : null;

    private static string Steady(Answer answer) => answer.Text.StartsWith('{') ? Steady(answer.Json) : answer.Text;

    // Without what is of the moment of asking.
    private static string Steady(JsonElement json) => json.ValueKind == JsonValueKind.Object
        ? string.Join(',', json.EnumerateObject().Where(static member => member.Name is not ("asOf" or "metrics" or "plan")).Select(static member => member.ToString()))
        : json.ToString();

    private async Task EndAsync(Answer started) => await Eventually.HoldsAsync(
        "the operation ended", async () => (await server.ExpectAsync(200, "GET", started.Header("Operation-Location")!))["status"] != "running");

    private async Task<Answer> SendAsync(string method, string path, string? body, string contentType, string key)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), PathOf(path));
        request.Headers.Add("Idempotency-Key", $"key of {key}");
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(contentType));
        }

        using var response = await server.Client.SendAsync(request);
        return await Answer.ReadAsync(response);
    }

    // A name in braces stands for the id of the subscription of that name.
    private static string PathOf(string path)
    {
        var open = path.IndexOf('{', StringComparison.Ordinal);
        return open < 0 ? path : path[..open] + Ids[path[(open + 1)..path.IndexOf('}', StringComparison.Ordinal)]] + path[(path.IndexOf('}', StringComparison.Ordinal) + 1)..];
    }
}
