using System.Text;
using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Views;

/// <summary>Views over documents and over each other, and indexes, over REST.</summary>
public sealed class ViewTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task a_view_is_defined_described_listed_and_removed()
    {
        var made = await server.ExpectAsync(201, "PUT", "/v1/default/views/adults", """{"source":"kv/people","query":{"filter":{"gte":{"field":"age","value":18}},"select":["age"]},"description":"of age"}""");
        Assert.Equal("catalog/default/catalog/0", made["agent"]);
        Assert.Equal(made["root"], made.Header("x-ot-root"));
        await server.ExpectAsync(200, "PUT", "/v1/default/views/adults", """{"source":"kv/people","query":{"filter":{"gte":{"field":"age","value":21}}}}""");
        var described = await server.ExpectAsync(200, "GET", "/v1/default/views/adults");
        Assert.Equal(("adults", "kv/people", "incremental"), (described["name"], described["source"], described["refresh"]));
        Assert.Equal("""{"filter":{"gte":{"field":"age","value":21}}}""", described.Json.GetProperty("query").GetRawText());
        Assert.Contains((await server.ExpectAsync(200, "GET", "/v1/default/views")).Rows, static row => row.GetProperty("name").GetString() == "adults");
        Assert.Contains("views/default/adults/0", (await server.ExpectAsync(200, "GET", "/v1/default/agents?kind=views")).Text, StringComparison.Ordinal);

        await server.ExpectAsync(201, "PUT", "/v1/default/views/above", """{"source":"views/adults","query":{"aggregate":{"n":{"count":"*"}}}}""");
        await server.ExpectProblemAsync(409, "view_in_use", "DELETE", "/v1/default/views/adults");
        await server.ExpectProblemAsync(422, "view_cycle", "PUT", "/v1/default/views/adults", """{"source":"views/above"}""");
        await server.ExpectAsync(200, "DELETE", "/v1/default/views/above");
        await server.ExpectAsync(200, "DELETE", "/v1/default/views/adults");
        await server.ExpectProblemAsync(404, "view_not_found", "GET", "/v1/default/views/adults");
        await server.ExpectProblemAsync(404, "view_not_found", "DELETE", "/v1/default/views/adults");
        await server.ExpectProblemAsync(404, "view_not_found", "GET", "/v1/default/views/adults/rows");
        await server.ExpectProblemAsync(404, "workspace_not_found", "GET", "/v1/nowhere/views/adults");
    }

    [Fact]
    public async Task rows_are_never_behind_and_as_of_every_moment()
    {
        await server.ExpectAsync(201, "PUT", "/v1/default/views/ranked", """{"source":"kv/scores","query":{"filter":{"gt":{"field":"n","value":1}},"sort":[{"field":"n","descending":true}],"select":["n"]}}""");
        await server.ExpectAsync(201, "PUT", "/v1/default/views/total", """{"source":"views/ranked","query":{"aggregate":{"s":{"sum":"n"},"c":{"count":"*"}}}}""");
        Assert.Empty((await server.ExpectAsync(200, "GET", "/v1/default/views/ranked/rows")).Rows);
        foreach (var n in new[] { 1, 5, 3, 4 })
        {
            await server.ExpectAsync(201, "PUT", $"/v1/default/kv/scores/k{n}", $$"""{"n":{{n}},"more":true}""");
        }

        var first = await server.ExpectAsync(200, "GET", "/v1/default/views/ranked/rows?limit=2");
        Assert.Equal(["k5", "k4"], Keys(first));
        Assert.Equal(("3", "view"), (first["total"], first.Json.GetProperty("plan").GetProperty("path").GetString()));
        Assert.Equal("""{"n":5}""", first.Rows[0].GetProperty("value").GetRawText());
        var moment = first.Json.GetProperty("asOf").GetProperty("systemTime").GetString()!;
        await server.ExpectAsync(200, "DELETE", "/v1/default/kv/scores/k3");
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/scores/k9", """{"n":9}""");
        Assert.Equal(["k3"], Keys(await server.ExpectAsync(200, "GET", first["nextLink"]!)));
        Assert.Equal(["k9", "k5", "k4"], Keys(await server.ExpectAsync(200, "GET", "/v1/default/views/ranked/rows")));
        Assert.Equal(["k5", "k4", "k3"], Keys(await server.ExpectAsync(200, "GET", $"/v1/default/views/ranked/rows?asOf={moment}")));
        Assert.Equal("""{"c":3,"s":18}""", (await server.ExpectAsync(200, "GET", "/v1/default/views/total/rows")).Rows.Single().GetRawText());
        Assert.Equal("""{"c":3,"s":12}""", (await server.ExpectAsync(200, "GET", $"/v1/default/views/total/rows?asOf={moment}")).Rows.Single().GetRawText());
    }

    [Fact]
    public async Task a_view_over_a_stream_has_its_points_as_rows()
    {
        await server.ExpectAsync(201, "PUT", "/v1/default/views/hot", """{"source":"series/heat","query":{"filter":{"gte":{"field":"value","value":30}},"sort":[{"field":"value","descending":true}]}}""");
        await server.ExpectAsync(201, "PUT", "/v1/default/views/byRoom", """{"source":"series/heat","query":{"groupBy":["tags.room"],"aggregate":{"n":{"count":"*"},"max":{"max":"value"}}}}""");
        Assert.Empty((await server.ExpectAsync(200, "GET", "/v1/default/views/hot/rows")).Rows);
        await WriteAsync("""{"tags":{"room":"a"},"fields":{"c":31.5},"time":"2026-01-02T03:04:05Z"},{"tags":{"room":"b"},"fields":{"c":20},"time":"2026-01-02T03:04:06Z"}""");
        var before = await server.ExpectAsync(200, "GET", "/v1/default/views/hot/rows");
        var row = Assert.Single(before.Rows);
        Assert.Equal("2026-01-02T03:04:05.000000000Z room=a c", row.GetProperty("key").GetString());
        Assert.Equal("""{"field":"c","tags":{"room":"a"},"time":"2026-01-02T03:04:05.000000000Z","value":31.5}""", row.GetProperty("value").GetRawText());
        Assert.False(row.TryGetProperty("writeId", out _));
        await WriteAsync("""{"tags":{"room":"a"},"fields":{"c":29},"time":"2026-01-02T03:04:05Z"},{"tags":{"room":"b"},"fields":{"c":40},"time":"2026-01-02T03:04:07Z"},{"tags":{"room":"b"},"fields":{"c":50},"time":"2026-01-02T03:04:08Z"}""");
        var first = await server.ExpectAsync(200, "GET", "/v1/default/views/hot/rows?limit=1");
        Assert.Equal(["2026-01-02T03:04:08.000000000Z room=b c"], Keys(first));
        Assert.Equal(["2026-01-02T03:04:07.000000000Z room=b c"], Keys(await server.ExpectAsync(200, "GET", first["nextLink"]!)));
        var moment = before.Json.GetProperty("asOf").GetProperty("systemTime").GetString()!;
        Assert.Equal(Keys(before), Keys(await server.ExpectAsync(200, "GET", $"/v1/default/views/hot/rows?asOf={moment}")));
        Assert.Equal(
            ["""{"tags.room":"a","max":29,"n":1}""", """{"tags.room":"b","max":50,"n":3}"""],
            (await server.ExpectAsync(200, "GET", "/v1/default/views/byRoom/rows")).Rows.Select(static group => group.GetRawText()));
        await server.ExpectAsync(200, "DELETE", "/v1/default/series/heat/points?from=2026-01-02T03:04:08Z");
        Assert.Equal(["2026-01-02T03:04:07.000000000Z room=b c"], Keys(await server.ExpectAsync(200, "GET", "/v1/default/views/hot/rows")));
    }

    private async Task WriteAsync(string points) => await server.ExpectAsync(200, "POST", "/v1/default/series/heat/points", $$"""{"points":[{{points}}]}""");

    [Fact]
    public async Task a_view_that_is_refreshed_by_hand_answers_for_the_last_time()
    {
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/hand/a", "1");
        await server.ExpectAsync(201, "PUT", "/v1/default/views/byHand", """{"source":"kv/hand","refresh":"manual"}""");
        Assert.Equal("1", (await server.ExpectAsync(200, "POST", "/v1/default/views/byHand/refresh"))["rows"]);
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/hand/b", "2");
        Assert.Equal(["a"], Keys(await server.ExpectAsync(200, "GET", "/v1/default/views/byHand/rows")));
        await server.ExpectAsync(200, "POST", "/v1/default/views/byHand/refresh");
        Assert.Equal(["a", "b"], Keys(await server.ExpectAsync(200, "GET", "/v1/default/views/byHand/rows")));
    }

    [Theory]
    [InlineData("""{"source":"kv/a","query":{"filter":{"like":1}}}""", 422, "invalid_field", "query.filter")]
    [InlineData("""{"source":"kv/a","query":{"limit":3}}""", 422, "invalid_field", "query.limit")]
    [InlineData("""{"source":"kv/a","query":[]}""", 422, "invalid_field", "query")]
    [InlineData("""{"source":"kv/a","refresh":"daily"}""", 422, "invalid_field", "refresh")]
    [InlineData("""{"source":"kv/a","other":1}""", 422, "invalid_field", "other")]
    [InlineData("""{"source":"kv/_a"}""", 422, "invalid_name", "source")]
    [InlineData("""{"source":"users"}""", 422, "invalid_field", "source")]
    [InlineData("""{"source":"signals/clicks"}""", 422, "view_source_unsupported", "source")]
    [InlineData("""{"source":"series/.s"}""", 422, "invalid_name", "source")]
    [InlineData("""{"source":"timelines/w"}""", 422, "view_source_unsupported", "source")]
    [InlineData("""{"source":"views/nothing"}""", 404, "view_not_found", "source")]
    [InlineData("""{}""", 422, "invalid_field", "source")]
    [InlineData("""{"source":3}""", 422, "invalid_field", "source")]
    [InlineData("[]", 422, "invalid_field", "body")]
    [InlineData("{", 400, "malformed_json", null)]
    public async Task a_definition_that_can_not_be_is_refused_with_its_field(string body, int status, string code, string? field)
    {
        var problem = await server.ExpectProblemAsync(status, code, "PUT", "/v1/default/views/bad", body);
        Assert.Equal(field, field is null ? null : problem["field"]);
    }

    [Fact]
    public async Task what_can_not_be_read_is_refused()
    {
        await server.ExpectAsync(201, "PUT", "/v1/default/views/one", """{"source":"kv/one"}""");
        await server.ExpectProblemAsync(422, "sequence_needs_one_agent", "GET", "/v1/default/views/one/rows?asOf=1");
        await server.ExpectProblemAsync(422, "as_of_in_future", "GET", "/v1/default/views/one/rows?asOf=2999-01-01T00:00:00Z");
        Assert.Empty((await server.ExpectAsync(200, "GET", "/v1/default/views/one/rows?asOf=2001-01-01T00:00:00Z")).Rows);
    }

    [Fact]
    public async Task an_index_is_named_by_the_plan_and_answers_what_a_scan_answers()
    {
        var operations = string.Join(',', Enumerable.Range(0, 300).Select(static i => $$$$"""{"put":{"key":"k{{{{i:d3}}}}","value":{"n":{{{{i % 50}}}},"t":"t{{{{i % 7}}}}"}}}"""));
        await server.ExpectAsync(200, "POST", "/v1/default/kv/indexed/batch", $$"""{"operations":[{{operations}}]}""");
        var settings = await server.ExpectAsync(200, "PUT", "/v1/default/kv/indexed/_settings", """{"indexes":[{"field":"n"},{"field":"t"}]}""");
        Assert.Equal("""[{"field":"n"},{"field":"t"}]""", settings.Json.GetProperty("indexes").GetRawText());
        const string Query = """{"filter":{"and":[{"eq":{"field":"n","value":7}},{"matches":{"field":"t","value":"^t"}}]}}""";
        var found = await server.ExpectAsync(200, "POST", "/v1/default/kv/indexed/query", Query);
        await Eventually.HoldsAsync("housekeeping has made the index", async () =>
        {
            found = await server.ExpectAsync(200, "POST", "/v1/default/kv/indexed/query", Query);
            Assert.Equal("6", found["total"]);
            return found.Json.GetProperty("plan").GetProperty("index").GetString() == "n";
        });

        Assert.Equal(["k007", "k057", "k107", "k157", "k207", "k257"], Keys(found));
        await server.ExpectProblemAsync(422, "invalid_field", "PUT", "/v1/default/kv/indexed/_settings", """{"indexes":[{"field":""}]}""");
        await server.ExpectProblemAsync(422, "invalid_field", "PUT", "/v1/default/kv/indexed/_settings", """{"indexes":["n"]}""");
        await server.ExpectProblemAsync(422, "invalid_field", "PUT", "/v1/default/kv/indexed/_settings", """{"indexes":[{"field":"n"},{"field":"n"}]}""");
        Assert.Empty((await server.ExpectAsync(200, "PUT", "/v1/default/kv/indexed/_settings", """{"indexes":[]}""")).Json.GetProperty("indexes").EnumerateArray());
    }

    private static List<string> Keys(Answer answer) => [.. answer.Rows.Select(static row => row.GetProperty("key").GetString()!)];
}
