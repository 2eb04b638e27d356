using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Kv;

/// <summary>Many keys in one request.</summary>
public sealed class BatchTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task batch_writes_all_in_one_delta()
    {
        var old = await server.ExpectAsync(201, "PUT", "/v1/default/kv/batch/old", "1");
        var batch = await server.ExpectAsync(200, "POST", "/v1/default/kv/batch/batch", $$$"""
            {"operations":[
              {"put":{"key":"a/b","value":{"x":[1]},"ifNoneMatch":"*"}},
              {"put":{"key":"old","value":2,"ifMatch":"{{{old["writeId"]}}}"}},
              {"put":{"value":null,"key":"n"}},
              {"delete":{"key":"old"}}],
             "atomic":true}
            """);
        var receipt = Assert.Single(batch.Json.GetProperty("receipts").EnumerateArray());
        Assert.Equal("2", batch["sequence"]);
        Assert.Equal(batch["root"], receipt.GetProperty("root").GetString());
        Assert.Equal(batch["root"], batch.Header("x-ot-root"));
        Assert.Equal(["a/b", "old", "n", "old"], batch.Json.GetProperty("writes").EnumerateArray().Select(write => write.GetProperty("key").GetString()));
        Assert.Equal("""{"x":[1]}""", (await server.ExpectAsync(200, "GET", "/v1/default/kv/batch/a%2Fb")).Json.GetProperty("value").GetRawText());
        await server.ExpectProblemAsync(404, "key_not_found", "GET", "/v1/default/kv/batch/old");
    }

    [Theory]
    [InlineData(400, "malformed_json", "")]
    [InlineData(400, "malformed_json", "{\"operations\":[")]
    [InlineData(400, "malformed_json", "{\"operations\":[{\"put\":{\"key\":\"a\",\"value\":}}]}")]
    [InlineData(400, "malformed_json", "{\"operations\":[{\"put\":{\"key\":\"ok\",\"value\":1}},{\"put\":{\"key\":\"a\",\"value\":{\"x\":1,\"x\":2}}}]}")]
    [InlineData(400, "malformed_json", "{\"operations\":[{\"put\":{\"key\":\"\\ud800\",\"value\":1}}]}")]
    [InlineData(400, "malformed_json", "{\"operations\":[{\"put\":{\"key\":\"a\",\"key\":\"b\",\"value\":1}}]}")]
    [InlineData(400, "malformed_json", "{\"operations\":[{\"delete\":{\"key\":\"a\"}}]} x")]
    [InlineData(422, "invalid_field", "[]")]
    [InlineData(422, "invalid_field", "{}")]
    [InlineData(422, "invalid_field", "{\"operations\":[]}")]
    [InlineData(422, "invalid_field", "{\"operations\":{}}")]
    [InlineData(422, "invalid_field", "{\"operations\":[1]}")]
    [InlineData(422, "invalid_field", "{\"operations\":[{}]}")]
    [InlineData(422, "invalid_field", "{\"operations\":[{\"patch\":{}}]}")]
    [InlineData(422, "invalid_field", "{\"operations\":[{\"put\":{\"key\":\"a\"}}]}")]
    [InlineData(422, "invalid_field", "{\"operations\":[{\"put\":{\"value\":1}}]}")]
    [InlineData(422, "invalid_field", "{\"operations\":[{\"put\":{\"key\":1,\"value\":1}}]}")]
    [InlineData(422, "invalid_field", "{\"operations\":[{\"put\":{\"key\":\"a\",\"value\":1,\"ttl\":\"soon\"}}]}")]
    [InlineData(422, "invalid_field", "{\"operations\":[{\"put\":{\"key\":\"a\",\"value\":1,\"ttl\":5}}]}")]
    [InlineData(422, "invalid_field", "{\"operations\":[{\"delete\":{\"key\":\"a\",\"ttl\":\"1h\"}}]}")]
    [InlineData(422, "invalid_field", "{\"operations\":[{\"put\":{\"key\":\"a\",\"value\":1},\"delete\":{\"key\":\"b\"}}]}")]
    [InlineData(422, "invalid_field", "{\"operations\":[{\"delete\":{\"key\":\"a\",\"value\":1}}]}")]
    [InlineData(422, "invalid_field", "{\"operations\":[{\"delete\":{\"key\":\"a\"}}],\"atomic\":\"yes\"}")]
    [InlineData(422, "invalid_field", "{\"operations\":[{\"delete\":{\"key\":\"a\"}}],\"atomicaly\":true}")]
    [InlineData(422, "invalid_key", "{\"operations\":[{\"put\":{\"key\":\"\",\"value\":1}}]}")]
    public async Task bad_batches_change_nothing(int status, string code, string body)
    {
        await server.ExpectProblemAsync(status, code, "POST", "/v1/default/kv/badbatch/batch", body);
        Assert.Empty((await server.ExpectAsync(200, "GET", "/v1/default/kv/badbatch")).Rows);
    }

    [Fact]
    public async Task one_failed_condition_refuses_the_batch()
    {
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/cond/there", "1");
        await server.ExpectProblemAsync(
            412, "precondition_failed", "POST", "/v1/default/kv/cond/batch",
            """{"operations":[{"put":{"key":"new","value":1}},{"put":{"key":"there","value":2,"ifMatch":"\"x\""}}]}""");
        await server.ExpectProblemAsync(404, "key_not_found", "GET", "/v1/default/kv/cond/new");
    }

    [Fact]
    public async Task batch_has_at_most_10000_operations()
    {
        var most = string.Join(',', Enumerable.Repeat("""{"put":{"key":"k","value":1}}""", Limits.BatchCountMax));
        await server.ExpectAsync(200, "POST", "/v1/default/kv/most/batch", $$"""{"operations":[{{most}}]}""");
        var answer = await server.ExpectProblemAsync(
            413, "batch_too_large", "POST", "/v1/default/kv/most/batch", $$$"""{"operations":[{{{most}}},{"delete":{"key":"k"}}]}""");
        Assert.Equal("10000", answer["limit"]);
        Assert.Equal("operations", answer["field"]);
    }

    [Fact]
    public async Task atomic_batch_stays_within_one_partition()
    {
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/spread/_settings", """{"partitions":8}""");
        var operations = string.Join(',', Enumerable.Range(0, 50).Select(i => $$$"""{"put":{"key":"k{{{i}}}","value":{{{i}}}}}"""));
        await server.ExpectProblemAsync(
            422, "keys_span_partitions", "POST", "/v1/default/kv/spread/batch", $$"""{"operations":[{{operations}}],"atomic":true}""");
        Assert.Empty((await server.ExpectAsync(200, "GET", "/v1/default/kv/spread")).Rows);
        var batch = await server.ExpectAsync(200, "POST", "/v1/default/kv/spread/batch", $$"""{"operations":[{{operations}}]}""");
        Assert.True(batch.Json.GetProperty("receipts").GetArrayLength() > 1);
        Assert.Null(batch["agent"]);
        Assert.Null(batch.Header("x-ot-root"));
        Assert.Equal(50, (await server.ExpectAsync(200, "GET", "/v1/default/kv/spread")).Rows.Count);
    }

    [Fact]
    public async Task get_reads_many_keys_as_of_one_moment()
    {
        var first = await server.ExpectAsync(201, "PUT", "/v1/default/kv/many/a%2Fb", "1");
        await server.ExpectAsync(200, "PUT", "/v1/default/kv/many/a%2Fb", "2");
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/many/later", "3");
        var now = await server.ExpectAsync(200, "POST", "/v1/default/kv/many/get", """{"keys":["later","a/b","absent","a/b"]}""");
        Assert.Equal(["later", "a/b", "absent", "a/b"], now.Rows.Select(row => row.GetProperty("key").GetString()));
        Assert.Equal("2", now.Rows[1].GetProperty("value").ToString());
        Assert.Equal("key_not_found", now.Rows[2].GetProperty("code").GetString());
        Assert.False(now.Rows[2].TryGetProperty("writeId", out _));
        var then = await server.ExpectAsync(200, "POST", "/v1/default/kv/many/get", $$"""{"keys":["a/b","later"],"asOf":"{{first["systemTime"]}}"}""");
        Assert.Equal("1", then.Rows[0].GetProperty("value").ToString());
        Assert.Equal("no_value_at", then.Rows[1].GetProperty("code").GetString());
        Assert.Equal(first["systemTime"], then.Json.GetProperty("asOf").GetProperty("systemTime").GetString());
    }

    [Theory]
    [InlineData(400, "malformed_json", "{")]
    [InlineData(400, "malformed_json", "{\"keys\":[],\"keys\":[]}")]
    [InlineData(400, "malformed_json", "{\"keys\":[\"\\ud800\"]}")]
    [InlineData(400, "malformed_parameter", "{\"keys\":[\"a\"],\"asOf\":\"x\"}")]
    [InlineData(400, "malformed_parameter", "{\"keys\":[\"a\"],\"asOf\":1.5}")]
    [InlineData(422, "invalid_field", "{}")]
    [InlineData(422, "invalid_field", "{\"keys\":\"a\"}")]
    [InlineData(422, "invalid_field", "{\"keys\":[1]}")]
    [InlineData(422, "invalid_field", "{\"keys\":[\"a\"],\"asOf\":true}")]
    [InlineData(422, "invalid_field", "{\"keys\":[\"a\"],\"more\":true}")]
    [InlineData(422, "invalid_key", "{\"keys\":[\"\"]}")]
    [InlineData(422, "invalid_field", "{\"keys\":[]}")]
    public async Task bad_gets_are_refused(int status, string code, string body)
    {
        var answer = await server.ExpectAsync(status, "POST", "/v1/default/kv/many/get", body);
        Assert.Equal(code, answer["code"]);
    }

    [Fact]
    public async Task get_reads_at_most_10000_keys()
    {
        var most = string.Join(',', Enumerable.Repeat("\"k\"", Limits.BatchCountMax));
        Assert.Equal(10_000, (await server.ExpectAsync(200, "POST", "/v1/default/kv/many/get", $$"""{"keys":[{{most}}]}""")).Rows.Count);
        var answer = await server.ExpectProblemAsync(413, "batch_too_large", "POST", "/v1/default/kv/many/get", $$"""{"keys":[{{most}},"k"]}""");
        Assert.Equal("10000", answer["limit"]);
    }

    [Fact]
    public async Task large_values_are_streamed_whole()
    {
        var value = $"\"{new string('v', 1 << 19)}\"";
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/many/large", value);
        var keys = string.Join(',', Enumerable.Repeat("\"large\"", 300));
        var answer = await server.ExpectAsync(200, "POST", "/v1/default/kv/many/get", $$"""{"keys":[{{keys}}]}""");
        Assert.Equal(300, answer.Rows.Count);
        Assert.Null(answer.Header("Content-Length"));
    }
}
