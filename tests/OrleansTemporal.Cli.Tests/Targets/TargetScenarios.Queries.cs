using System.Text.Json;

namespace OrleansTemporal.Cli.Tests.Targets;

public abstract partial class TargetScenarios
{
    private const string Films = """
        {"id":"a","title":"Alien","year":1979,"genre":"Horror","rating":8.5,"tags":["space","new"]}
        {"id":"b","title":"Aliens","year":1986,"genre":"Action","rating":8.4,"tags":["space"]}
        {"id":"c","title":"Brazil","year":1985,"genre":"Satire","rating":7.9}
        {"id":"d","title":"Heat","year":1995,"genre":"Action","rating":8.3,"note":"5"}
        """;

    [Fact]
    public async Task documents_are_found_by_their_fields()
    {
        await RunOkAsync(Films, "import", "-", "-n", "films", "--key-field", "id");
        Assert.Equal(["a", "b"], KeysOf(await OkAsync("query", "films", "--where", "rating>=8.4", "--json")));
        Assert.Equal(["b"], KeysOf(await OkAsync("query", "films", "--where", "title~^Alien", "--where", "year>1980", "--json")));
        Assert.Equal(["a"], KeysOf(await OkAsync("query", "films", "--where", "tags contains new", "--json")));
        Assert.Equal(["d"], KeysOf(await OkAsync("query", "films", "--where", "note exists", "--json")));
        Assert.Equal(["d"], KeysOf(await OkAsync("query", "films", "--where", "note=\"5\"", "--json")));
        Assert.Empty((await OkAsync("query", "films", "--where", "note=5", "--json")).Lines);
        Assert.Equal(["c", "d"], KeysOf(await OkAsync("query", "films", "--filter", """{"not":{"exists":"tags"}}""", "--json")));
        Assert.Equal(["d", "b"], KeysOf(await OkAsync("query", "films", "--where", "genre=Action", "--sort", "-year", "--json")));
        Assert.Equal(["d"], KeysOf(await OkAsync("query", "films", "--where", "year!=1979", "--sort", "-rating,title", "--sort", "year", "--skip", "1", "--limit", "1", "--json")));

        var table = await OkAsync("query", "films", "--sort", "-rating", "--select", "title,rating", "--limit", "2");
        Assert.Contains("Alien", table.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Brazil", table.Output, StringComparison.Ordinal);
        Assert.Contains("2 of 4 rows; looked at 4 keys", table.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task groups_are_summed_up()
    {
        await RunOkAsync(Films, "import", "-", "-n", "films", "--key-field", "id");
        var groups = await OkAsync("query", "films", "--group-by", "genre", "--aggregate", "films=count", "--aggregate", "avg(rating)", "--sort", "-films,genre", "--json");
        Assert.Equal(
            ["""{"genre":"Action","avg(rating)":8.35,"films":2}""", """{"genre":"Horror","avg(rating)":8.5,"films":1}""", """{"genre":"Satire","avg(rating)":7.9,"films":1}"""],
            groups.Lines);
        Assert.Contains("Satire", (await OkAsync("query", "films", "--group-by", "genre")).Output, StringComparison.Ordinal);
        Assert.Equal("""{"sum(rating)":33.1}""", (await OkAsync("query", "films", "--aggregate", "sum(rating)", "--json")).Lines.Single());
    }

    [Fact]
    public async Task queries_hold_for_a_moment_and_go_through_all_pages()
    {
        var rows = string.Join('\n', Enumerable.Range(0, 2_500).Select(i => $$"""{"id":"k{{i:0000}}","n":{{i}}}"""));
        await RunOkAsync(rows, "import", "-", "-n", "many", "--key-field", "id");
        var moment = JsonDocument.Parse((await OkAsync("put", "many", "early", """{"n":-2}""", "--json")).Output).RootElement.GetProperty("systemTime").GetString()!;
        await OkAsync("put", "many", "later", """{"n":-1}""");
        Assert.Equal(2_502, (await OkAsync("query", "many", "--limit", "0", "--json")).Lines.Length);
        await OkAsync("delete", "many", "k0007");
        Assert.Equal(2_501, (await OkAsync("query", "many", "--limit", "0", "--as-of", moment, "--json")).Lines.Length);
        Assert.Equal(2_499, (await OkAsync("query", "many", "--limit", "0", "--prefix", "k", "--json")).Lines.Length);
        Assert.Equal(["early", "later"], KeysOf(await OkAsync("query", "many", "--sort", "n", "--limit", "2", "--json")));
        Assert.Contains("100 of 2,501 rows", (await OkAsync("query", "many", "--sort", "n")).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("usage", "--where", "price")]
    [InlineData("usage", "--filter", "{")]
    [InlineData("usage", "--aggregate", "median(a)")]
    [InlineData("usage", "--aggregate", "sum")]
    [InlineData("invalid_field", "--where", "a..b=1")]
    [InlineData("invalid_field", "--where", "a>true")]
    [InlineData("invalid_field", "--where", "a~(")]
    [InlineData("invalid_field", "--sort", "a..b")]
    public async Task a_query_that_can_not_be_is_refused(string code, string option, string value) =>
        await FailsAsync(2, code, "query", "films", option, value);
}
