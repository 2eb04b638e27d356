using System.Text.Json;
using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Kv;

/// <summary>Queries over REST.</summary>
public sealed class QueryTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Films = "/v1/default/kv/films/query";

    [Fact]
    public async Task a_filter_finds_documents_as_of_a_moment()
    {
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/q1/a", """{"price":9007199254740992,"tags":["x"]}""");
        var moment = (await server.ExpectAsync(201, "PUT", "/v1/default/kv/q1/b", """{"price":9007199254740993,"tags":["y"]}"""))["systemTime"];
        await server.ExpectAsync(200, "DELETE", "/v1/default/kv/q1/b");
        const string filter = """{"filter":{"gt":{"field":"price","value":9007199254740992}}""";
        Assert.Empty((await server.ExpectAsync(200, "POST", "/v1/default/kv/q1/query", filter + "}")).Rows);
        var then = await server.ExpectAsync(200, "POST", "/v1/default/kv/q1/query", $$"""{{filter}},"asOf":"{{moment}}"}""");
        var row = Assert.Single(then.Rows);
        Assert.Equal("b", row.GetProperty("key").GetString());
        Assert.Equal("""{"price":9007199254740993,"tags":["y"]}""", row.GetProperty("value").GetRawText());
        Assert.NotNull(row.GetProperty("writeId").GetString());
        Assert.Equal(moment, then.Json.GetProperty("asOf").GetProperty("systemTime").GetString());
        Assert.Equal("1", then["total"]);
        Assert.Single((await server.ExpectAsync(200, "POST", "/v1/default/kv/q1/query", filter + ""","asOf":2}""")).Rows);
        await server.ExpectProblemAsync(422, "as_of_in_future", "POST", "/v1/default/kv/q1/query", """{"asOf":"2999-01-01T00:00:00Z"}""");
    }

    [Theory]
    [InlineData("")]
    [InlineData(""","sort":[{"field":"year","descending":true},"title"]""")]
    public async Task pages_follow_each_other_by_posting_the_same_body(string order)
    {
        var ns = $"films{order.Length}";
        await FillAsync(ns);
        var body = """{"filter":{"gte":{"field":"year","value":2005}},"select":["title","year"],"limit":7,"skip":2""" + order + "}";
        var titles = new List<string>();
        for (string? next = $"/v1/default/kv/{ns}/query"; next is not null;)
        {
            var page = await server.ExpectAsync(200, "POST", next, body);
            Assert.True(page.Rows.Count <= 7);
            Assert.Equal("25", page["total"]);
            titles.AddRange(page.Rows.Select(static row => row.GetProperty("value").GetProperty("title").GetString()!));
            await server.ExpectAsync(201, "PUT", $"/v1/default/kv/{ns}/x{titles.Count:d2}", """{"title":"late","year":2007}""");
            next = page["nextLink"];
        }

        var films = Enumerable.Range(0, 50).Where(static i => 2000 + (i % 10) >= 2005).Select(static i => (Title: $"t{i:d2}", Year: 2000 + (i % 10)));
        var expected = order.Length == 0 ? films.OrderBy(static film => film.Title) : films.OrderByDescending(static film => film.Year).ThenBy(static film => film.Title);
        Assert.Equal(expected.Skip(2).Select(static film => film.Title), titles);
    }

    [Fact]
    public async Task groups_are_summed_up_exactly()
    {
        await server.ExpectAsync(200, "POST", "/v1/default/kv/q2/batch", """{"operations":[{"put":{"key":"a","value":{"g":"x","n":0.1}}},{"put":{"key":"b","value":{"g":"x","n":0.2}}},{"put":{"key":"c","value":{"g":"y","n":1e22}}},{"put":{"key":"d","value":{"n":1}}}]}""");
        const string aggregate = """{"aggregate":{"n":{"count":"*"},"s":{"sum":"n"},"a":{"avg":"n"},"lo":{"min":"n"},"hi":{"max":"n"},"d":{"distinct":"n"}}""";
        var groups = await server.ExpectAsync(200, "POST", "/v1/default/kv/q2/query", aggregate + ""","groupBy":["g"],"sort":[{"field":"n","descending":true},{"field":"g"}]}""");
        Assert.Equal(
            [
                """{"g":"x","a":0.15,"d":[0.1,0.2],"hi":0.2,"lo":0.1,"n":2,"s":0.3}""",
                """{"a":1,"d":[1],"hi":1,"lo":1,"n":1,"s":1}""",
                """{"g":"y","a":1e+22,"d":[1e+22],"hi":1e+22,"lo":1e+22,"n":1,"s":1e+22}""",
            ],
            groups.Rows.Select(static row => row.GetRawText()));
        Assert.Equal("3", groups["total"]);
        var all = await server.ExpectAsync(200, "POST", "/v1/default/kv/q2/query", aggregate + "}");
        Assert.Equal("1.00000000000000000000013e+22", Assert.Single(all.Rows).GetProperty("s").GetRawText());
        var plan = all.Json.GetProperty("plan");
        Assert.Equal(("groups", 4, 1, 1, false, true), (
            plan.GetProperty("path").GetString(), plan.GetProperty("keys").GetInt32(), plan.GetProperty("partitions").GetInt32(),
            plan.GetProperty("turns").GetInt32(), plan.GetProperty("exitedEarly").GetBoolean(), plan.GetProperty("complete").GetBoolean()));
        Assert.Equal(17 + 17 + 19 + 7, plan.GetProperty("bytes").GetInt32());
    }

    [Fact]
    public async Task a_page_without_total_says_that_it_ended_early()
    {
        await FillAsync("films");
        var page = await server.ExpectAsync(200, "POST", Films, """{"prefix":"f","limit":3,"total":false}""");
        Assert.Equal(3, page.Rows.Count);
        Assert.Null(page["total"]);
        Assert.True(page.Json.GetProperty("plan").GetProperty("exitedEarly").GetBoolean());
    }

    [Theory]
    [InlineData("[]", "body")]
    [InlineData("""{"find":1}""", "find")]
    [InlineData("""{"filter":[]}""", "filter")]
    [InlineData("""{"filter":{"eq":{"field":"a"}}}""", "filter.eq.value")]
    [InlineData("""{"filter":{"and":[{"exists":"a"},{"like":{"field":"a","value":"b"}}]}}""", "filter.and[1]")]
    [InlineData("""{"filter":{"matches":{"field":"a","value":"(?<=a)b"}}}""", "filter.matches.value")]
    [InlineData("""{"select":"a"}""", "select")]
    [InlineData("""{"select":[1]}""", "select[0]")]
    [InlineData("""{"select":["a","a"]}""", "select")]
    [InlineData("""{"sort":[{"descending":true}]}""", "sort[0].field")]
    [InlineData("""{"sort":[{"field":"a","descending":1}]}""", "sort[0].descending")]
    [InlineData("""{"sort":[{"field":"a","order":"up"}]}""", "sort[0].order")]
    [InlineData("""{"skip":-1}""", "skip")]
    [InlineData("""{"skip":1.5}""", "skip")]
    [InlineData("""{"limit":0}""", "limit")]
    [InlineData("""{"limit":10001}""", "limit")]
    [InlineData("""{"total":1}""", "total")]
    [InlineData("""{"groupBy":"a"}""", "groupBy")]
    [InlineData("""{"aggregate":{"a":{"median":"b"}}}""", "aggregate.a")]
    [InlineData("""{"aggregate":{"a":{"sum":"b","avg":"b"}}}""", "aggregate.a")]
    [InlineData("""{"aggregate":{"a":{"sum":1}}}""", "aggregate.a.sum")]
    [InlineData("""{"aggregate":{"a":{"sum":"b"}},"groupBy":["a"]}""", "aggregate")]
    [InlineData("""{"groupBy":["a"],"select":["a"]}""", "select")]
    public async Task a_body_that_can_not_be_is_refused_with_its_field(string body, string field)
    {
        var problem = await server.ExpectProblemAsync(422, "invalid_field", "POST", Films, body);
        Assert.Equal(field, problem["field"]);
    }

    [Fact]
    public async Task what_is_malformed_or_too_large_says_so()
    {
        await server.ExpectProblemAsync(400, "malformed_json", "POST", Films, """{"limit":1,"limit":2}""");
        await server.ExpectProblemAsync(400, "malformed_json", "POST", Films, "");
        await server.ExpectProblemAsync(400, "malformed_parameter", "POST", Films + "?cursor=x", "{}");
        var pattern = await server.ExpectProblemAsync(413, "query_too_large", "POST", Films, """{"filter":{"matches":{"field":"a","value":"(a{999}){999}"}}}""");
        Assert.Equal(("filter.matches.value", "1000"), (pattern["field"], pattern["limit"]));
        var conditions = "{\"filter\":{\"and\":[" + string.Join(',', Enumerable.Repeat("{\"exists\":\"a\"}", 1_000)) + "]}}";
        Assert.Equal("1000", (await server.ExpectProblemAsync(413, "query_too_large", "POST", Films, conditions))["limit"]);
    }

    [Fact]
    public async Task a_sequence_and_a_sum_of_endless_digits_have_their_refusals()
    {
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/parts/_settings", """{"partitions":2}""");
        await server.ExpectProblemAsync(422, "sequence_needs_one_agent", "POST", "/v1/default/kv/parts/query", """{"asOf":1}""");
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/parts/a", """{"n":1e5000}""");
        var sum = await server.ExpectProblemAsync(422, "invalid_field", "POST", "/v1/default/kv/parts/query", """{"aggregate":{"s":{"sum":"n"}}}""");
        Assert.Equal(("aggregate.s", "1000"), (sum["field"], sum["limit"]));
        var most = await server.ExpectAsync(200, "POST", "/v1/default/kv/parts/query", """{"aggregate":{"m":{"max":"n"}}}""");
        Assert.Equal("1e+5000", Assert.Single(most.Rows).GetProperty("m").GetRawText());
    }

    [Fact]
    public async Task versions_that_pass_a_filter_are_paged()
    {
        const string path = "/v1/default/kv/q3/doc";
        for (var i = 0; i < 300; i++)
        {
            await server.SendAsync("PUT", path, $$"""{"n":{{i}}}""");
        }

        var filter = Uri.EscapeDataString("""{"or":[{"lt":{"field":"n","value":3}},{"gte":{"field":"n","value":290}}]}""");
        var found = new List<int>();
        for (string? next = $"{path}/history?order=asc&limit=4&filter={filter}"; next is not null;)
        {
            var page = await server.ExpectAsync(200, "GET", next);
            found.AddRange(page.Rows.Select(static row => row.GetProperty("value").GetProperty("n").GetInt32()));
            next = page["nextLink"];
        }

        Assert.Equal([0, 1, 2, .. Enumerable.Range(290, 10)], found);
        var latest = await server.ExpectAsync(200, "GET", $"{path}/history?limit=2&filter={filter}");
        Assert.Equal(["""{"n":299}""", """{"n":298}"""], latest.Rows.Select(static row => row.GetProperty("value").GetRawText()));
        Assert.Empty((await server.ExpectAsync(200, "GET", $"{path}/history?filter={Uri.EscapeDataString("""{"exists":"none"}""")}")).Rows);
        var problem = await server.ExpectProblemAsync(422, "invalid_field", "GET", $"{path}/history?filter=%7B%22eq%22%3A1%7D");
        Assert.Equal("filter.eq", problem["field"]);
        await server.ExpectProblemAsync(400, "malformed_json", "GET", $"{path}/history?filter=%7B");
    }

    private Task<Answer> FillAsync(string ns) => server.ExpectAsync(
        200, "POST", $"/v1/default/kv/{ns}/batch",
        "{\"operations\":[" + string.Join(',', Enumerable.Range(0, 50).Select(static i => $"{{\"put\":{{\"key\":\"f{i:d2}\",\"value\":{{\"title\":\"t{i:d2}\",\"year\":{2000 + (i % 10)}}}}}}}")) + "]}");
}
