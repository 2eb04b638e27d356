using System.Diagnostics;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using OrleansTemporal.Targets;

namespace OrleansTemporal.Cli.Tests.Targets;

public class RestClientTests
{
    private const string Receipt = """
        {"agent":"kv/default/users/0","sequence":17,"systemTime":"2026-01-02T03:04:05.678000001Z","root":"0000000000000000000000000000000000000000000000000000000000000001",
         "key":"ada","writeId":"5f0c2b7a00000000000000110000","distinctionId":"0000000000000000000000000000000000000000000000000000000000000002","previousWriteId":null}
        """;

    private static readonly ReadOnlyMemory<byte> One = "1"u8.ToArray();

    [Fact]
    public async Task a_write_is_sent_again_with_its_idempotency_key_until_it_is_settled()
    {
        await using var server = await FakeServer.StartAsync(
            FakeServer.Answer(429, """{"code":"journal_full","detail":"full"}""", ("Retry-After", "1")),
            FakeServer.Answer(503, """{"code":"not_ready","detail":"starting"}""", ("Retry-After", "0")),
            FakeServer.Break,
            FakeServer.Answer(201, Receipt));
        await using var target = new HttpTarget(server.Url, "default", TimeProvider.System);
        var began = Stopwatch.GetTimestamp();
        var result = await target.PutAsync("users", "ada", One, KvPutOptions.None, CancellationToken.None);
        Assert.True(Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(0.9), "Retry-After was not honoured");
        Assert.Equal(17, result.Receipt.Sequence);
        Assert.True(result.Outcomes[0].Created);
        Assert.Equal("5f0c2b7a00000000000000110000", result.Outcomes[0].WriteId.ToString());
        Assert.Equal(4, server.Requests.Count);
        Assert.Single(server.Requests.Select(request => request.IdempotencyKey).Distinct());
        Assert.NotEmpty(server.Requests.First().IdempotencyKey!);
    }

    [Fact]
    public async Task two_writes_have_two_idempotency_keys()
    {
        await using var server = await FakeServer.StartAsync(FakeServer.Answer(200, Receipt), FakeServer.Answer(200, Receipt));
        await using var target = new HttpTarget(server.Url, "default", TimeProvider.System);
        await target.PutAsync("users", "ada", One, KvPutOptions.None, CancellationToken.None);
        await target.DeleteAsync("users", "ada", KvPutOptions.None, CancellationToken.None);
        Assert.Equal(2, server.Requests.Select(request => request.IdempotencyKey).Distinct().Count());
    }

    [Theory]
    [InlineData("a/b", "/v1/default/kv/users/a%2Fb")]
    [InlineData("a%2Fb", "/v1/default/kv/users/a%252Fb")]
    [InlineData("a:b", "/v1/default/kv/users/a%3Ab")]
    [InlineData("ä ?#", "/v1/default/kv/users/%C3%A4%20%3F%23")]
    [InlineData("...", "/v1/default/kv/users/...")]
    public async Task a_key_is_one_segment_of_the_path(string key, string path)
    {
        await using var server = await FakeServer.StartAsync(FakeServer.Answer(200, $$"""{"key":"x","value":1,"sequence":1}"""));
        await using var target = new HttpTarget(server.Url, "default", TimeProvider.System);
        await target.GetAsync("users", key, AsOf.Latest, CancellationToken.None);
        Assert.Equal(path, server.Requests.Single().Path);
    }

    [Theory]
    [InlineData(404, "key_not_found", ErrorKind.NotFound)]
    [InlineData(400, "malformed_json", ErrorKind.Invalid)]
    [InlineData(422, "as_of_in_future", ErrorKind.Invalid)]
    [InlineData(409, "workspace_protected", ErrorKind.Conflict)]
    [InlineData(412, "precondition_failed", ErrorKind.PreconditionFailed)]
    [InlineData(413, "value_too_large", ErrorKind.TooLarge)]
    [InlineData(410, "history_expired", ErrorKind.Gone)]
    [InlineData(500, "corrupt", ErrorKind.Corrupt)]
    public async Task a_problem_is_the_exception_that_the_service_threw(int status, string code, ErrorKind kind)
    {
        await using var server = await FakeServer.StartAsync(FakeServer.Answer(status, $$"""{"code":"{{code}}","detail":"why","field":"f","limit":3}"""));
        await using var target = new HttpTarget(server.Url, "default", TimeProvider.System);
        var error = await Assert.ThrowsAsync<TemporalException>(() => target.GetAsync("users", "ada", AsOf.Latest, CancellationToken.None));
        Assert.Equal((kind, code, "why", "f", 3L), (error.Kind, error.Code, error.Message, error.Field, error.Limit!.Value));
    }

    [Fact]
    public async Task pages_are_followed_to_the_end()
    {
        await using var server = await FakeServer.StartAsync(
            FakeServer.Answer(200, """{"value":[{"key":"a"},{"key":"b"}],"nextLink":"http://elsewhere/v1/default/kv/users?after=b"}"""),
            FakeServer.Answer(200, """{"value":[{"key":"c"}],"nextLink":null}"""));
        await using var target = new HttpTarget(server.Url, "default", TimeProvider.System);
        List<string> keys = [];
        await foreach (var entry in target.ListAsync("users", "", AsOf.Latest, withValues: false, long.MaxValue, CancellationToken.None))
            keys.Add(entry.Key);
        Assert.Equal(["a", "b", "c"], keys);
        Assert.Equal("/v1/default/kv/users?after=b", server.Requests.Last().Path);
    }
}
