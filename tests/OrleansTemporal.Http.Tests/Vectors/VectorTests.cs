using System.Buffers.Binary;
using System.Net.Http.Headers;
using System.Text;
using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Vectors;

/// <summary>Collections, vectors and searches over REST.</summary>
public sealed class VectorTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task a_collection_is_made_once_described_listed_and_ended()
    {
        var made = await server.ExpectAsync(201, "PUT", "/v1/default/vectors/life", """{"dimensions":3,"metric":"cosine","model":"m","index":{"m":8,"efConstruction":50,"quantization":"none"}}""");
        Assert.Equal("catalog/default/catalog/0", made["agent"]);
        Assert.Equal(made["root"], made.Header("x-ot-root"));
        await server.ExpectAsync(200, "PUT", "/v1/default/vectors/life", """{"dimensions":3,"metric":"cosine","model":"m","index":{"m":8,"efConstruction":50}}""");
        await server.ExpectProblemAsync(409, "collection_exists", "PUT", "/v1/default/vectors/life", """{"dimensions":4,"metric":"cosine","model":"m"}""");
        await server.ExpectAsync(201, "PUT", "/v1/default/vectors/life/a", """{"vector":[1,0,0]}""");
        var described = await server.ExpectAsync(200, "GET", "/v1/default/vectors/life");
        Assert.Equal(("3", "cosine", "m", "1"), (described["dimensions"], described["metric"], described["model"], described["count"]));
        Assert.Equal(8, described.Json.GetProperty("index").GetProperty("m").GetInt32());
        Assert.Contains((await server.ExpectAsync(200, "GET", "/v1/default/vectors")).Rows, static row => row.GetProperty("name").GetString() == "life");
        Assert.Contains("vectors/default/life/0", (await server.ExpectAsync(200, "GET", "/v1/default/agents?kind=vectors")).Text, StringComparison.Ordinal);
        var before = (await server.ExpectAsync(200, "GET", "/v1/default/vectors/life/a"))["systemTime"];
        await server.ExpectAsync(200, "DELETE", "/v1/default/vectors/life");
        await server.ExpectProblemAsync(404, "collection_not_found", "GET", "/v1/default/vectors/life");
        await server.ExpectProblemAsync(404, "collection_not_found", "DELETE", "/v1/default/vectors/life");
        await server.ExpectAsync(200, "GET", $"/v1/default/vectors/life/a?asOf={before}");
        await server.ExpectProblemAsync(404, "workspace_not_found", "GET", "/v1/nowhere/vectors/life");
    }

    [Theory]
    [InlineData("listed", 1)]
    [InlineData("listed-spread", 3)]
    public async Task a_collection_is_listed_page_by_page_as_of_one_moment(string name, int partitions)
    {
        var path = $"/v1/default/vectors/{name}";
        await server.ExpectAsync(201, "PUT", path, $$"""{"dimensions":2,"metric":"l2","partitions":{{partitions}}}""");
        var items = string.Join(',', Enumerable.Range(0, 25).Select(static i => $$"""{"id":"v{{i}}","vector":[{{i}},0.1],"metadata":{"i":{{i}} } }"""));
        await server.ExpectAsync(200, "POST", path + "/batch", $$"""{"items":[{{items}}]}""");
        var ids = new List<string>();
        for (var next = path + "/_vectors?limit=7"; next is not null;)
        {
            var page = await server.ExpectAsync(200, "GET", next);
            ids.AddRange(page.Rows.Select(static row => row.GetProperty("id").GetString()!));
            Assert.All(page.Rows, static row => Assert.Equal($"[{row.GetProperty("metadata").GetProperty("i")},0.1]", row.GetProperty("vector").GetRawText()));

            // What is written between two pages is in none of them.
            await server.ExpectAsync(201, "PUT", $"{path}/new{ids.Count}", """{"vector":[1,1]}""");
            next = page.Json.GetProperty("nextLink").GetString();
        }

        Assert.Equal(Enumerable.Range(0, 25).Select(static i => $"v{i}").Order(), ids.Order());
        await server.ExpectProblemAsync(400, "malformed_parameter", "GET", path + "/_vectors?cursor=x");
        await server.ExpectProblemAsync(404, "collection_not_found", "GET", "/v1/default/vectors/nothing/_vectors");
        await server.ExpectProblemAsync(404, "collection_not_found", "GET", path + "/_vectors?cursor=7fffffffffff.0.0");
        await server.ExpectProblemAsync(422, "as_of_in_future", "GET", path + "/_vectors?cursor=7fffffffffffffff.0.0");
    }

    [Fact]
    public async Task a_vector_is_written_read_and_found_as_of_every_moment()
    {
        await server.ExpectAsync(201, "PUT", "/v1/default/vectors/one", """{"dimensions":2,"metric":"l2"}""");
        var first = await server.ExpectAsync(201, "PUT", "/v1/default/vectors/one/a%2Fb", """{"vector":[3,4],"metadata":{"b":1,"a":[2]}}""");
        Assert.Equal(("vectors/default/one/0", "a/b"), (first["agent"], first["id"]));
        Assert.Equal($"\"{first["writeId"]}\"", first.Header("ETag"));
        var second = await server.ExpectAsync(200, "PUT", "/v1/default/vectors/one/a%2Fb", """{"vector":[0.1,-0.25]}""");
        Assert.Equal(first["writeId"], second["previousWriteId"]);

        var now = await server.ExpectAsync(200, "GET", "/v1/default/vectors/one/a%2Fb");
        Assert.Equal("[0.1,-0.25]", now.Json.GetProperty("vector").GetRawText());
        Assert.Null(now["metadata"]);
        Assert.Equal(second["distinctionId"], now["distinctionId"]);
        var then = await server.ExpectAsync(200, "GET", $"/v1/default/vectors/one/a%2Fb?asOf={first["systemTime"]}");
        Assert.Equal("""{"a":[2],"b":1}""", then.Json.GetProperty("metadata").GetRawText());
        Assert.Equal(first["systemTime"], then.Json.GetProperty("asOf").GetProperty("systemTime").GetString());

        var search = await SearchAsync("one", $$"""{"vector":[0,0],"k":5,"asOf":{{first["sequence"]}}}""");
        var found = Assert.Single(search.Rows);
        Assert.Equal(("a/b", 5, first["writeId"]), (found.GetProperty("id").GetString(), found.GetProperty("distance").GetDouble(), found.GetProperty("writeId").GetString()));
        Assert.Equal(1.0 / 6, found.GetProperty("score").GetDouble(), 1e-9);
        Assert.Equal("exact", search["mode"]);
        Assert.Equal(first["sequence"], search.Json.GetProperty("asOf").GetProperty("sequence").ToString());

        await server.ExpectAsync(200, "DELETE", "/v1/default/vectors/one/a%2Fb");
        await server.ExpectProblemAsync(404, "key_not_found", "GET", "/v1/default/vectors/one/a%2Fb");
        await server.ExpectProblemAsync(404, "key_not_found", "DELETE", "/v1/default/vectors/one/a%2Fb");
        Assert.Empty((await SearchAsync("one", """{"vector":[0,0]}""")).Rows);
        await server.ExpectAsync(201, "PUT", "/v1/default/vectors/one/late", """{"vector":[1,1]}""");
        await server.ExpectProblemAsync(404, "no_value_at", "GET", $"/v1/default/vectors/one/late?asOf={first["systemTime"]}");
        await server.ExpectProblemAsync(422, "as_of_in_future", "GET", "/v1/default/vectors/one/late?asOf=2999-01-01T00:00:00Z");
    }

    [Fact]
    public async Task a_batch_is_taken_as_json_and_as_binary_rows()
    {
        await server.ExpectAsync(201, "PUT", "/v1/default/vectors/many", """{"dimensions":2,"metric":"dot"}""");
        var json = await server.ExpectAsync(200, "POST", "/v1/default/vectors/many/batch", """{"items":[{"id":"a","vector":[1,2],"metadata":{"n":1}},{"id":"b","vector":[3,4]}]}""");
        Assert.Equal(("2", json["root"]), (json["accepted"], json.Header("x-ot-root")));
        var binary = await SendRowsAsync([("c", """{"n":3}""", [5, 6]), ("ä", "", [0.5f, -7])]);
        Assert.Equal((200, "2"), (binary.Status, binary["accepted"]));
        Assert.Equal("[0.5,-7]", (await server.ExpectAsync(200, "GET", "/v1/default/vectors/many/%C3%A4")).Json.GetProperty("vector").GetRawText());
        var search = await SearchAsync("many", """{"vector":[1,1],"k":2,"mode":"exact","filter":{"exists":"n"}}""");
        Assert.Equal([("c", 11.0), ("a", 3.0)], search.Rows.Select(static row => (row.GetProperty("id").GetString(), row.GetProperty("score").GetDouble())));
        Assert.Equal(["c"], (await SearchAsync("many", """{"vector":[1,1],"threshold":7.5}""")).Rows.Select(static row => row.GetProperty("id").GetString()));

        var key = ("Idempotency-Key", "k1");
        var once = await server.SendAsync("POST", "/v1/default/vectors/many/batch", """{"items":[{"id":"d","vector":[1,2]}]}""", key);
        var again = await server.SendAsync("POST", "/v1/default/vectors/many/batch", """{"items":[{"id":"d","vector":[1,2]}]}""", key);
        Assert.Equal(once.Text, again.Text);
        (await server.SendAsync("POST", "/v1/default/vectors/many/batch", """{"items":[{"id":"d","vector":[1,3]}]}""", key)).IsProblem(422, "idempotency_key_reused");
    }

    [Fact]
    public async Task vectors_that_share_causal_history_come_forward()
    {
        await server.ExpectAsync(201, "PUT", "/v1/default/vectors/kin", """{"dimensions":2,"metric":"l2"}""");
        var page = await server.ExpectAsync(201, "PUT", "/v1/default/kv/kin/page", "1");
        var causes = ("x-ot-causes", page["writeId"]!);
        var title = await server.SendAsync("PUT", "/v1/default/vectors/kin/title", """{"vector":[0,0]}""", causes);
        Assert.Equal(201, title.Status);
        Assert.Equal(200, (await server.SendAsync("POST", "/v1/default/vectors/kin/batch", """{"items":[{"id":"body","vector":[9,0]}]}""", causes)).Status);
        await server.ExpectAsync(201, "PUT", "/v1/default/vectors/kin/other", """{"vector":[1,0]}""");
        Assert.Equal(page["writeId"], (await server.ExpectAsync(200, "GET", "/v1/default/vectors/kin/body")).Json.GetProperty("causes")[0].GetString());

        var found = await SearchAsync("kin", """{"vector":[0,0],"causal":{"near":"title","weight":0.75}}""");
        Assert.Equal(["title", "body", "other"], found.Rows.Select(static row => row.GetProperty("id").GetString()));
        Assert.Equal([1, 1.0 / 3, 0], found.Rows.Select(static row => row.GetProperty("proximity").GetDouble()));
        Assert.Equal([1, (0.25 * 0.1) + 0.25, 0.125], found.Rows.Select(static row => row.GetProperty("score").GetDouble()), static (left, right) => Math.Abs(left - right) < 1e-9);
        Assert.Equal(["title", "other", "body"], (await SearchAsync("kin", """{"vector":[0,0]}""")).Rows.Select(static row => row.GetProperty("id").GetString()));
        Assert.DoesNotContain("proximity", (await SearchAsync("kin", """{"vector":[0,0]}""")).Text, StringComparison.Ordinal);
        Assert.Equal(["title", "other", "body"], (await SearchAsync("kin", """{"vector":[0,0],"causal":{"near":"title"}}""")).Rows.Select(static row => row.GetProperty("id").GetString()));
        Assert.Equal(["title"], (await SearchAsync("kin", $$"""{"vector":[0,0],"causal":{"near":"title"},"asOf":"{{title["systemTime"]}}"}""")).Rows.Select(static row => row.GetProperty("id").GetString()));
        Assert.Equal(["title"], (await SearchAsync("kin", """{"vector":[0,0],"threshold":0.9,"causal":{"near":"title"}}""")).Rows.Select(static row => row.GetProperty("id").GetString()));
        (await server.SendAsync("PUT", "/v1/default/vectors/kin/new", """{"vector":[0,0]}""", ("x-ot-causes", $"{new string('0', 23)}10000"))).IsProblem(422, "cause_not_found");
        (await server.SendAsync("PUT", "/v1/default/vectors/kin/new", """{"vector":[0,0]}""", ("x-ot-causes", "a, b"))).IsProblem(400, "malformed_parameter");
    }

    [Fact]
    public async Task a_collection_over_several_partitions_answers_as_one_does()
    {
        var made = await server.ExpectAsync(201, "PUT", "/v1/default/vectors/wide", """{"dimensions":2,"metric":"l2","index":{"quantization":"int8"},"partitions":4}""");
        Assert.Equal("4", made["partitions"]);
        await server.ExpectProblemAsync(409, "collection_exists", "PUT", "/v1/default/vectors/wide", """{"dimensions":2,"metric":"l2","index":{"quantization":"int8"}}""");
        var items = Enumerable.Range(0, 40).Select(static number => $$"""{"id":"v{{number}}","vector":[{{number}},0],"metadata":{"even":{{(number % 2 == 0 ? "true" : "false")}} } }""");
        var written = await server.ExpectAsync(200, "POST", "/v1/default/vectors/wide/batch", $$"""{"items":[{{string.Join(',', items)}}]}""");
        Assert.Equal(("40", null), (written["accepted"], written["root"]));
        Assert.Equal(4, written.Json.GetProperty("receipts").GetArrayLength());
        var described = await server.ExpectAsync(200, "GET", "/v1/default/vectors/wide");
        Assert.Equal(("40", "4", "int8"), (described["count"], described["partitions"], described.Json.GetProperty("index").GetProperty("quantization").GetString()));
        await server.ExpectAsync(200, "DELETE", "/v1/default/vectors/wide/v6");
        foreach (var mode in new[] { "auto", "fast", "thorough", "exact" })
        {
            var now = await SearchAsync("wide", $$"""{"vector":[7.5,0],"k":3,"mode":"{{mode}}","filter":{"eq":{"field":"even","value":true} } }""");
            Assert.Equal(["v8", "v10", "v4"], now.Rows.Select(static row => row.GetProperty("id").GetString()));
            Assert.Equal("exact", now["mode"]);
        }

        var then = await SearchAsync("wide", $$"""{"vector":[6,0],"k":1,"asOf":"{{written["systemTime"]}}"}""");
        Assert.Equal("v6", Assert.Single(then.Rows).GetProperty("id").GetString());
        await server.ExpectProblemAsync(422, "sequence_needs_one_agent", "POST", "/v1/default/vectors/wide/search", """{"vector":[6,0],"asOf":1}""");
        await server.ExpectAsync(200, "GET", "/v1/default/vectors/wide/v8?asOf=2");
        Assert.Equal(4, (await server.ExpectAsync(200, "GET", "/v1/default/agents?kind=vectors")).Text.Split("vectors/default/wide/").Length - 1);
        await server.ExpectAsync(200, "DELETE", "/v1/default/vectors/wide");
        Assert.Equal(4, (await server.ExpectAsync(200, "GET", "/v1/default/agents?kind=vectors")).Text.Split("vectors/default/wide/").Length - 1);
    }

    [Theory]
    [InlineData(400, "malformed_json", """{"vector":[NaN,1]}""")]
    [InlineData(400, "malformed_json", """{"vector":[1,2""")]
    [InlineData(400, "malformed_json", """{"vector":[1,2],"vector":[1,2]}""")]
    [InlineData(422, "invalid_vector", """{"vector":[1e999,1]}""")]
    [InlineData(422, "invalid_vector", """{"vector":[1]}""")]
    [InlineData(422, "invalid_vector", """{"vector":[1,2,3]}""")]
    [InlineData(422, "invalid_vector", """{"vector":[0,0]}""")]
    [InlineData(422, "invalid_field", """{"vector":"1,2"}""")]
    [InlineData(422, "invalid_field", """{"vector":[1,"2"]}""")]
    [InlineData(422, "invalid_field", """{}""")]
    [InlineData(422, "invalid_field", """{"vector":[1,2],"meta":{}}""")]
    [InlineData(422, "invalid_field", """{"vector":[1,2],"metadata":[1]}""")]
    public async Task what_is_no_vector_is_refused_and_changes_nothing(int status, string code, string body)
    {
        await server.SendAsync("PUT", "/v1/default/vectors/strict", """{"dimensions":2}""");
        await server.ExpectProblemAsync(status, code, "PUT", "/v1/default/vectors/strict/a", body);
        await server.ExpectProblemAsync(404, "key_not_found", "GET", "/v1/default/vectors/strict/a");
    }

    [Theory]
    [InlineData(422, "invalid_field", """{"k":3}""")]
    [InlineData(422, "invalid_field", """{"vector":[1,2],"k":0}""")]
    [InlineData(422, "invalid_field", """{"vector":[1,2],"k":1001}""")]
    [InlineData(422, "invalid_field", """{"vector":[1,2],"k":1.5}""")]
    [InlineData(422, "invalid_field", """{"vector":[1,2],"ef":-5}""")]
    [InlineData(422, "invalid_field", """{"vector":[1,2],"mode":"cached"}""")]
    [InlineData(422, "invalid_field", """{"vector":[1,2],"threshold":"1"}""")]
    [InlineData(422, "invalid_field", """{"vector":[1,2],"filter":{"is":1}}""")]
    [InlineData(422, "invalid_field", """{"vector":[1,2],"near":1}""")]
    [InlineData(422, "invalid_field", """{"vector":[1,2],"threshold":1e999}""")]
    [InlineData(422, "invalid_field", """{"vector":[1,2],"causal":1}""")]
    [InlineData(422, "invalid_field", """{"vector":[1,2],"causal":{}}""")]
    [InlineData(422, "invalid_field", """{"vector":[1,2],"causal":{"near":1}}""")]
    [InlineData(422, "invalid_field", """{"vector":[1,2],"causal":{"near":"a","weight":"1"}}""")]
    [InlineData(422, "invalid_field", """{"vector":[1,2],"causal":{"near":"a","weight":1.01}}""")]
    [InlineData(422, "invalid_field", """{"vector":[1,2],"causal":{"near":"a","weight":-0.1}}""")]
    [InlineData(422, "invalid_field", """{"vector":[1,2],"causal":{"near":"a","weight":1e999}}""")]
    [InlineData(422, "invalid_field", """{"vector":[1,2],"causal":{"near":"a","history":[]}}""")]
    [InlineData(404, "key_not_found", """{"vector":[1,2],"causal":{"near":"b"}}""")]
    [InlineData(422, "invalid_vector", """{"vector":[1,2],"model":"other"}""")]
    [InlineData(422, "as_of_in_future", """{"vector":[1,2],"asOf":"2999-01-01T00:00:00Z"}""")]
    [InlineData(422, "as_of_in_future", """{"vector":[1,2],"asOf":1000000}""")]
    public async Task what_is_no_question_is_refused(int status, string code, string body)
    {
        await server.SendAsync("PUT", "/v1/default/vectors/asked", """{"dimensions":2}""");
        await server.SendAsync("PUT", "/v1/default/vectors/asked/a", """{"vector":[1,2]}""");
        await server.ExpectProblemAsync(status, code, "POST", "/v1/default/vectors/asked/search", body);
    }

    [Theory]
    [InlineData("""{"metric":"l2"}""")]
    [InlineData("""{"dimensions":0}""")]
    [InlineData("""{"dimensions":8193}""")]
    [InlineData("""{"dimensions":2,"metric":"l1"}""")]
    [InlineData("""{"dimensions":2,"index":{"m":1}}""")]
    [InlineData("""{"dimensions":2,"index":{"efConstruction":0}}""")]
    [InlineData("""{"dimensions":2,"index":{"quantization":"pq"}}""")]
    [InlineData("""{"dimensions":2,"shards":1}""")]
    [InlineData("""{"dimensions":2,"partitions":0}""")]
    [InlineData("""{"dimensions":2,"partitions":257}""")]
    [InlineData("""{"dimensions":2,"partitions":1.5}""")]
    [InlineData("""{"dimensions":2,"index":{"quantization":1}}""")]
    public async Task what_is_no_collection_is_refused(string body) =>
        await server.ExpectProblemAsync(422, "invalid_field", "PUT", "/v1/default/vectors/never", body);

    [Fact]
    public async Task rows_that_end_early_or_are_something_else_are_refused_whole()
    {
        await server.SendAsync("PUT", "/v1/default/vectors/many2", """{"dimensions":2}""");
        var rows = RowsOf([("a", "", [1, 2]), ("b", "{}", [3, 4])]);
        foreach (var bad in new[] { rows[..^1], rows[..10], [], "OTV2"u8.ToArray(), [.. rows, 0] })
        {
            (await SendBytesAsync("many2", bad)).IsProblem(400, "malformed_rows");
        }

        rows[10] = 0xFF;
        (await SendBytesAsync("many2", rows)).IsProblem(400, "malformed_rows");
        Assert.Equal("0", (await server.ExpectAsync(200, "GET", "/v1/default/vectors/many2"))["count"]);
    }

    private Task<Answer> SearchAsync(string collection, string body) => server.ExpectAsync(200, "POST", $"/v1/default/vectors/{collection}/search", body);

    private Task<Answer> SendRowsAsync((string Id, string Metadata, float[] Vector)[] rows) => SendBytesAsync("many", RowsOf(rows));

    private async Task<Answer> SendBytesAsync(string collection, byte[] bytes)
    {
        using var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var response = await server.Client.PostAsync($"/v1/default/vectors/{collection}/batch", content);
        return await Answer.ReadAsync(response);
    }

    private static byte[] RowsOf((string Id, string Metadata, float[] Vector)[] rows)
    {
        var bytes = new List<byte>();
        bytes.AddRange("OTV1"u8);
        Append(rows[0].Vector.Length, sizeof(uint));
        foreach (var (id, metadata, vector) in rows)
        {
            Append(Encoding.UTF8.GetByteCount(id), sizeof(ushort));
            bytes.AddRange(Encoding.UTF8.GetBytes(id));
            Append(Encoding.UTF8.GetByteCount(metadata), sizeof(uint));
            bytes.AddRange(Encoding.UTF8.GetBytes(metadata));
            foreach (var value in vector)
            {
                Append(BitConverter.SingleToInt32Bits(value), sizeof(float));
            }
        }

        return [.. bytes];

        void Append(int number, int width)
        {
            Span<byte> buffer = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(buffer, number);
            bytes.AddRange(buffer[..width]);
        }
    }
}
