using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Kv;

/// <summary>A write with an idempotency key happens once.</summary>
public sealed class IdempotencyTests(TestServer server) : IClassFixture<TestServer>
{
    private static readonly (string, string) Key = ("Idempotency-Key", "order-17");

    [Fact]
    public async Task same_key_and_body_answer_the_first_receipt_again()
    {
        const string path = "/v1/default/kv/once/same";
        var first = await server.ExpectAsync(201, "PUT", path, "1", Key);
        await server.ExpectAsync(200, "PUT", path, "2");
        var again = await server.ExpectAsync(201, "PUT", path, "1", Key);
        Assert.Equal(first.Text, again.Text);
        Assert.Equal(first.Header("ETag"), again.Header("ETag"));
        Assert.Equal(first.Header("x-ot-root"), again.Header("x-ot-root"));
        Assert.Equal("2", (await server.ExpectAsync(200, "GET", path))["value"]);
    }

    [Fact]
    public async Task same_key_with_another_body_is_refused()
    {
        const string path = "/v1/default/kv/once/other";
        await server.ExpectAsync(201, "PUT", path, "1", Key);
        await server.ExpectProblemAsync(422, "idempotency_key_reused", "PUT", path, "2", Key);
        Assert.Equal("1", (await server.ExpectAsync(200, "GET", path))["value"]);
    }

    [Fact]
    public async Task scope_is_workspace_method_and_path()
    {
        await server.SendAsync("PUT", "/v1/once");
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/scope/a", "1", Key);
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/scope/b", "2", Key);
        await server.ExpectAsync(201, "PUT", "/v1/once/kv/scope/a", "3", Key);
        await server.ExpectAsync(200, "DELETE", "/v1/default/kv/scope/a", null, Key);
    }

    [Fact]
    public async Task path_is_the_same_however_it_is_escaped()
    {
        var first = await RawAsync("/v1/default/kv/scope/%61%2fb");
        var again = await RawAsync("/v1/default/kv/scope/a%2Fb");
        Assert.Equal(first.Text, again.Text);

        async Task<Answer> RawAsync(string target)
        {
            using var connection = await RawConnection.OpenAsync(server);
            await connection.SendAsync($"PUT {target} HTTP/1.1\r\nHost: h\r\nIdempotency-Key: e\r\nContent-Length: 1\r\n\r\n1");
            return (await connection.ReadAnswerAsync())!;
        }
    }

    [Fact]
    public async Task delete_and_batch_are_recognised_too()
    {
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/once/del", "1");
        var deleted = await server.ExpectAsync(200, "DELETE", "/v1/default/kv/once/del", null, Key);
        var again = await server.ExpectAsync(200, "DELETE", "/v1/default/kv/once/del", null, Key);
        Assert.Equal(deleted.Text, again.Text);

        const string body = """{"operations":[{"put":{"key":"x","value":1}},{"put":{"key":"y","value":2}}]}""";
        var batch = await server.ExpectAsync(200, "POST", "/v1/default/kv/once/batch", body, Key);
        var batchAgain = await server.ExpectAsync(200, "POST", "/v1/default/kv/once/batch", body, Key);
        Assert.Equal(batch.Text, batchAgain.Text);
        await server.ExpectProblemAsync(422, "idempotency_key_reused", "POST", "/v1/default/kv/once/batch", body + " ", Key);
    }

    [Fact]
    public async Task twenty_at_once_write_once()
    {
        const string path = "/v1/default/kv/once/crowd";
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => server.SendAsync("PUT", path, "1", Key)));
        Assert.Single(answers.Select(answer => answer.Text).Distinct());
        Assert.Single((await server.ExpectAsync(200, "GET", path + "/history")).Rows);
    }

    [Fact]
    public async Task keys_of_the_longest_path_and_the_longest_key_are_kept()
    {
        var path = $"/v1/default/kv/{new string('n', 128)}/{Uri.EscapeDataString(new string('/', 1024))}";
        var key = ("Idempotency-Key", new string('i', Limits.IdempotencyKeyBytesMax));
        var first = await server.ExpectAsync(201, "PUT", path, "1", key);
        Assert.Equal(first.Text, (await server.ExpectAsync(201, "PUT", path, "1", key)).Text);
        var answer = await server.ExpectProblemAsync(413, "header_too_large", "PUT", path, "1", ("Idempotency-Key", new string('i', Limits.IdempotencyKeyBytesMax + 1)));
        Assert.Equal("256", answer["limit"]);
    }
}
