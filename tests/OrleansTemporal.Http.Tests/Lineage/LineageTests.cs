using System.Text.Json;
using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Lineage;

/// <summary>Goal: every question of the contract over the wire, its paging, its moments, its refusals.</summary>
public sealed class LineageTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Path = "/v1/default/lineage";

    [Fact]
    public async Task causes_lead_from_effects_to_ancestors_and_back()
    {
        var root = await PutAsync("tree/root");
        var left = await PutAsync("tree/left", causes: root);
        var right = await PutAsync("other/right", causes: root);
        var merged = await PutAsync("tree/merged", causes: $"{left}, {right}");
        var again = await PutAsync("tree/again", causes: $"{right},{left}");

        var ancestors = await AskAsync($$"""{"ask":"ancestors","of":"{{merged}}"}""");
        Assert.Equal([left, right, root], Ids(ancestors));
        Assert.Equal([1, 1, 2], ancestors.Rows.Select(row => row.GetProperty("distance").GetInt32()));
        Assert.Equal(("other", "right"), (ancestors.Rows[1].GetProperty("namespace").GetString(), ancestors.Rows[1].GetProperty("key").GetString()));
        Assert.Equal([root], ancestors.Rows[1].GetProperty("causes").EnumerateArray().Select(id => id.GetString()));
        Assert.Equal("True", ancestors["complete"]);
        Assert.Equal([left, right], Ids(await AskAsync($$"""{"ask":"ancestors","of":"{{merged}}","depth":1}""")));
        Assert.Equal([left, right, merged, again], Ids(await AskAsync($$"""{"ask":"descendants","of":["{{root}}"]}""")));
        Assert.Equal([right, left], Ids(await AskAsync($$"""{"ask":"commonAncestor","of":"{{merged}}","with":"{{again}}"}""")));
        Assert.Equal([merged, again], Ids(await AskAsync($$"""{"ask":"frontier","of":"{{root}}"}""")));
        Assert.Equal([root], Ids(await AskAsync($$"""{"ask":"roots","of":["{{merged}}","{{again}}"]}""")));
        Assert.Equal([root, left, right, merged], Ids(await AskAsync($$"""{"ask":"order","of":"{{merged}}"}""")));
        Assert.Equal([merged, left, root], Ids(await AskAsync($$"""{"ask":"path","of":"{{merged}}","with":"{{root}}","direction":"causes"}""")));
        var none = await AskAsync($$"""{"ask":"connected","of":"{{root}}","with":"{{merged}}","direction":"causes"}""");
        Assert.Equal("False", none["connected"]);
        Assert.Equal("True", (await AskAsync($$"""{"ask":"connected","of":"{{root}}","with":"{{merged}}"}"""))["connected"]);
        Assert.Equal([right, left], Ids(await AskAsync($$"""{"ask":"effects","of":"{{root}}"}""")));

        var around = await AskAsync($$"""{"ask":"mostConnected","of":"{{root}}"}""");
        Assert.Equal((left, 3), (around.Rows[0].GetProperty("writeId").GetString(), around.Rows[0].GetProperty("count").GetInt32()));
        var pairs = await AskAsync($$"""{"ask":"similarUnconnected","of":"{{root}}","similarity":1}""");
        var named = pairs.Rows.Select(pair => string.Join(' ', pair.GetProperty("nodes").EnumerateArray().Select(node => node.GetProperty("writeId").GetString())));
        Assert.Equal([$"{root} {merged}", $"{root} {again}", $"{left} {right}", $"{merged} {again}"], named);
        var walk = $$"""{"ask":"randomWalks","of":"{{root}}","walks":3,"steps":5,"seed":7}""";
        Assert.Equal((await AskAsync(walk)).Json.GetProperty("value").GetRawText(), (await AskAsync(walk)).Json.GetProperty("value").GetRawText());
        Assert.All((await AskAsync(walk)).Rows, row => Assert.Equal(root, row.GetProperty("nodes")[0].GetProperty("writeId").GetString()));
    }

    [Fact]
    public async Task causes_are_kept_by_deletes_and_batches_too()
    {
        var root = await PutAsync("kept/root");
        await PutAsync("kept/gone");
        var delete = await server.ExpectAsync(200, "DELETE", "/v1/default/kv/kept/gone", null, ("x-ot-causes", root));
        var batch = await server.ExpectAsync(
            200, "POST", "/v1/default/kv/kept/batch", """{"operations":[{"put":{"key":"a","value":1}},{"put":{"key":"b","value":2}}]}""", ("x-ot-causes", root));
        var writes = batch.Json.GetProperty("writes").EnumerateArray().Select(write => write.GetProperty("writeId").GetString()!);
        var found = await AskAsync($$"""{"ask":"descendants","of":"{{root}}"}""");
        Assert.Equal([delete["writeId"]!, .. writes], Ids(found));
        Assert.True(found.Rows[0].GetProperty("deleted").GetBoolean());
    }

    [Fact]
    public async Task a_cause_that_is_not_there_is_refused_and_nothing_is_written()
    {
        var known = await PutAsync("causes/known");
        foreach (var unknown in new[] { "00000001" + known[8..], known[..24] + "0001", known[..8] + "00000000000fffff0000" })
        {
            var refusal = await server.ExpectProblemAsync(422, "cause_not_found", "PUT", "/v1/default/kv/unborn/k", "1", ("x-ot-causes", $"{known},{unknown}"));
            Assert.Contains(unknown, refusal["detail"], StringComparison.Ordinal);
            await server.ExpectProblemAsync(422, "cause_not_found", "DELETE", "/v1/default/kv/causes/known", null, ("x-ot-causes", unknown));
            await server.ExpectProblemAsync(422, "cause_not_found", "POST", "/v1/default/kv/unborn/batch", """{"operations":[{"put":{"key":"a","value":1}}]}""", ("x-ot-causes", unknown));
        }

        Assert.DoesNotContain("unborn", (await server.ExpectAsync(200, "GET", "/v1/default/kv?limit=10000")).Text, StringComparison.Ordinal);
        await server.ExpectAsync(200, "GET", "/v1/default/kv/causes/known");
    }

    [Fact]
    public async Task references_are_read_from_values_and_change_with_them()
    {
        await PutAsync("films/heat", """{"title":"Heat","director":{"$ref":"people/mann"},"cast":[{"$ref":"people/de niro"},{"$ref":"people/nobody"}]}""");
        await PutAsync("films/ali", """{"director":{"$ref":"people/mann"}}""");
        await PutAsync("people/mann");
        await PutAsync("people/de niro", """{"born":{"$ref":"places/nyc"}}""");
        await PutAsync("people/alone");
        await PutAsync("places/nyc");
        Assert.Equal(["films/ali", "films/heat"], Documents(await AskAsync("""{"ask":"referrers","of":"people/mann"}""")));
        var references = await AskAsync("""{"ask":"references","of":"films/heat"}""");
        Assert.Equal(["people/de niro", "people/mann", "people/nobody"], Documents(references));
        Assert.False(references.Rows[2].GetProperty("exists").GetBoolean());
        Assert.Equal(["people/de niro", "people/mann", "people/nobody", "places/nyc"], Documents(await AskAsync("""{"ask":"reachable","of":"films/heat"}""")));
        Assert.Equal(["people/alone"], Documents(await AskAsync("""{"ask":"unreachable","of":["films/heat","films/ali"],"namespace":"people"}""")));
        var most = await AskAsync("""{"ask":"mostReferenced","namespace":"people"}""");
        Assert.Equal(("mann", 2), (most.Rows[0].GetProperty("key").GetString(), most.Rows[0].GetProperty("count").GetInt32()));
        Assert.Equal(["films/ali", "people/mann", "films/heat"], Documents(await AskAsync("""{"ask":"path","of":"films/ali","with":"films/heat"}""")));

        var before = (await AskAsync("""{"ask":"referrers","of":"people/mann"}""")).Json.GetProperty("asOf").GetProperty("systemTime").GetString();
        await PutAsync("films/heat", """{"title":"Heat"}""");
        await server.ExpectAsync(200, "DELETE", "/v1/default/kv/films/ali");
        Assert.Empty((await AskAsync("""{"ask":"referrers","of":"people/mann"}""")).Rows);
        Assert.Equal(["films/ali", "films/heat"], Documents(await AskAsync($$"""{"ask":"referrers","of":"people/mann","asOf":"{{before}}"}""")));
    }

    [Fact]
    public async Task pages_go_on_where_they_ended_as_of_their_moment()
    {
        var root = await PutAsync("paged/root");
        var expected = new List<string>();
        for (var i = 0; i < 25; i++)
        {
            expected.Add(await PutAsync($"paged{i % 3}/k{i}", $$"""{"$ref":"paged/root","n":{{i}}}""", root));
        }

        foreach (var (body, name) in new[] { ($$"""{"ask":"descendants","of":"{{root}}"}""", "descendants"), ($$"""{"ask":"effects","of":"{{root}}"}""", "effects"), ("""{"ask":"referrers","of":"paged/root"}""", "referrers") })
        {
            var found = new List<string>();
            var link = $"{Path}?limit=4";
            while (link is not null)
            {
                var page = await server.ExpectAsync(200, "POST", link, body);
                Assert.InRange(page.Rows.Count, 0, 4);
                found.AddRange(Ids(page)!);
                link = page["nextLink"];
                await PutAsync($"paged{found.Count % 3}/late{name}{found.Count}", """{"$ref":"paged/root"}""", root);
            }

            Assert.Equal(expected.Order(StringComparer.Ordinal), found.Where(expected.Contains).Order(StringComparer.Ordinal));
            Assert.Equal(found.Count, found.Distinct().Count());
        }
    }

    [Theory]
    [InlineData(400, "malformed_json", "{")]
    [InlineData(422, "invalid_field", "[]")]
    [InlineData(422, "invalid_field", "{}")]
    [InlineData(422, "invalid_field", """{"ask":"everything","of":"x"}""")]
    [InlineData(422, "invalid_field", """{"ask":"ancestors"}""")]
    [InlineData(422, "invalid_field", """{"ask":"ancestors","of":[]}""")]
    [InlineData(422, "invalid_field", """{"ask":"ancestors","of":"films/heat"}""")]
    [InlineData(422, "invalid_field", """{"ask":"referrers","of":"00000000000000000000000000aa"}""")]
    [InlineData(422, "invalid_field", """{"ask":"referrers","of":["a/b","a/c"]}""")]
    [InlineData(422, "invalid_field", """{"ask":"path","of":"a/b"}""")]
    [InlineData(422, "invalid_field", """{"ask":"path","of":"a/b","with":"ID"}""")]
    [InlineData(422, "invalid_field", """{"ask":"ancestors","of":"ID","with":"ID"}""")]
    [InlineData(422, "invalid_field", """{"ask":"ancestors","of":"ID","depth":-1}""")]
    [InlineData(422, "invalid_field", """{"ask":"ancestors","of":"ID","depth":1.5}""")]
    [InlineData(422, "invalid_field", """{"ask":"ancestors","of":"ID","colour":1}""")]
    [InlineData(422, "invalid_field", """{"ask":"path","of":"ID","with":"ID","direction":"up"}""")]
    [InlineData(422, "invalid_field", """{"ask":"randomWalks","of":"ID","walks":1001}""")]
    [InlineData(422, "invalid_field", """{"ask":"randomWalks","of":"ID","seed":-1}""")]
    [InlineData(422, "invalid_field", """{"ask":"similarUnconnected","of":"ID","similarity":0}""")]
    [InlineData(422, "invalid_field", """{"ask":"unreachable","of":"a/b"}""")]
    [InlineData(422, "invalid_name", """{"ask":"unreachable","of":"a/b","namespace":"_x"}""")]
    [InlineData(422, "sequence_needs_one_agent", """{"ask":"ancestors","of":"ID","asOf":"3"}""")]
    [InlineData(422, "as_of_in_future", """{"ask":"ancestors","of":"ID","asOf":"2999-01-01T00:00:00Z"}""")]
    [InlineData(404, "write_not_found", """{"ask":"ancestors","of":"ID","asOf":"2001-01-01T00:00:00Z"}""")]
    [InlineData(404, "write_not_found", """{"ask":"ancestors","of":"00000001000000000000000a0000"}""")]
    [InlineData(404, "key_not_found", """{"ask":"reachable","of":"nowhere/nothing"}""")]
    public async Task a_question_that_can_not_be_is_refused(int status, string code, string body)
    {
        var id = await PutAsync("refused/k");
        await server.ExpectProblemAsync(status, code, "POST", Path, body.Replace("ID", id, StringComparison.Ordinal));
        await server.ExpectProblemAsync(404, "workspace_not_found", "POST", "/v1/nowhere/lineage", $$"""{"ask":"ancestors","of":"{{id}}"}""");
        await server.ExpectProblemAsync(422, "invalid_field", "POST", $"{Path}?cursor=x", $$"""{"ask":"ancestors","of":"{{id}}"}""");
        await server.ExpectProblemAsync(422, "invalid_field", "POST", $"{Path}?cursor=kv/default/refused/0%7Cx", $$"""{"ask":"effects","of":"{{id}}"}""");
        await server.ExpectProblemAsync(422, "invalid_field", "POST", $"{Path}?cursor=kv/default/refused/0%7Cff", """{"ask":"referrers","of":"a/b"}""");
    }

    private static IEnumerable<string?> Ids(Answer answer) => answer.Rows.Select(row => row.GetProperty("writeId").GetString());

    private static IEnumerable<string> Documents(Answer answer) => answer.Rows.Select(row => $"{row.GetProperty("namespace").GetString()}/{row.GetProperty("key").GetString()}");

    private Task<Answer> AskAsync(string body) => server.ExpectAsync(200, "POST", Path, body);

    private async Task<string> PutAsync(string document, string json = "1", string? causes = null)
    {
        var slash = document.IndexOf('/', StringComparison.Ordinal);
        var path = $"/v1/default/kv/{document[..slash]}/{Uri.EscapeDataString(document[(slash + 1)..])}";
        var answer = await server.SendAsync("PUT", path, json, causes is null ? [] : [("x-ot-causes", causes)]);
        Assert.True(answer.Status is 200 or 201, answer.Text);
        return answer["writeId"]!;
    }
}
