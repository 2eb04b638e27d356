using System.Text.Json;

namespace OrleansTemporal.Cli.Tests.Targets;

public abstract partial class TargetScenarios
{
    [Fact]
    public async Task vectors_are_kept_imported_and_found_as_of_any_moment()
    {
        Assert.Equal("created faces\n", (await OkAsync("vectors", "create", "faces", "--dimensions", "2", "--metric", "l2")).Output);
        Assert.Equal("exists already: faces\n", (await OkAsync("vectors", "create", "faces", "-d", "2", "--metric", "l2")).Output);
        await FailsAsync(3, "collection_exists", "vectors", "create", "faces", "-d", "3");
        await OkAsync("vectors", "put", "faces", "a/b", "[3,4]", "--metadata", """{"lang":"en"}""");
        await RunOkAsync("[0,1]", "vectors", "put", "faces", "c");
        await OkAsync("vectors", "put", "faces", "a/b", "[30,40]");

        var now = Rows(await OkAsync("vectors", "search", "faces", "[0,0]", "--json"));
        Assert.Equal([("c", 1.0), ("a/b", 50.0)], now.Select(static row => (row.GetProperty("id").GetString()!, row.GetProperty("distance").GetDouble())));
        var then = Rows(await OkAsync("vectors", "search", "faces", "[0,0]", "--as-of", "2", "--json"));
        Assert.Equal(("a/b", 5.0, "en"), (then[0].GetProperty("id").GetString(), then[0].GetProperty("distance").GetDouble(), then[0].GetProperty("metadata").GetProperty("lang").GetString()));
        Assert.Single(then);
        Assert.Equal("c", Assert.Single(Rows(await OkAsync("vectors", "search", "faces", "[0,0]", "--threshold", "0.4", "--json"))).GetProperty("id").GetString());

        string[] rows =
        [
            """{"id":"d","vector":[5,5],"metadata":{"lang":"de"}}""", """{"id":"x"}""", """{"id":7,"vector":[6,6]}""", """{"id":"y","vector":[1,"2"]}""",
            """{"id":"z","vector":[1,2,3]}""", """{"id":"e","vector":[7,7],"metadata":{"lang":"de"}}""",
        ];
        var import = await RunAsync(string.Join('\n', rows), "vectors", "import", "faces", "-", "--json");
        Assert.Equal(2, import.ExitCode);
        var report = JsonDocument.Parse(import.Output).RootElement;
        Assert.Equal((3, 3), (report.GetProperty("written").GetInt32(), report.GetProperty("refused").GetInt32()));
        Assert.Equal([2, 4, 5], report.GetProperty("refusals").EnumerateArray().Select(static row => row.GetProperty("line").GetInt32()));
        var german = await OkAsync("vectors", "search", "faces", "[7,7]", "--where", "lang=de", "-k", "5", "--mode", "exact", "--json");
        Assert.Equal(["e", "d"], Rows(german).Select(static row => row.GetProperty("id").GetString()));
        Assert.Contains("2 found; mode exact.", german.Error, StringComparison.Ordinal);
        Assert.Contains("7", (await OkAsync("vectors", "search", "faces", "[6,6]", "-k", "1")).Output, StringComparison.Ordinal);

        var exported = await OkAsync("vectors", "export", "faces");
        Assert.Equal(["c", "a/b", "d", "7", "e"], Rows(exported).Select(static row => row.GetProperty("id").GetString()));
        Assert.Equal("""{"id":"a/b","vector":[3,4],"metadata":{"lang":"en"}}""", Assert.Single((await OkAsync("vectors", "export", "faces", "--as-of", "2")).Lines));
        await OkAsync("vectors", "create", "copy", "-d", "2", "--metric", "l2");
        await RunOkAsync(exported.Output, "vectors", "import", "copy", "-");
        Assert.Equal(exported.Output, (await OkAsync("vectors", "export", "copy")).Output);

        await FailsAsync(2, "invalid_vector", "vectors", "put", "faces", "q", "[1]");
        await FailsAsync(2, "invalid_vector", "vectors", "put", "faces", "q", "[1,1e999]");
        await FailsAsync(2, "invalid_vector", "vectors", "search", "faces", "{}");
        await FailsAsync(1, "collection_not_found", "vectors", "search", "nothing", "[1,2]");

        static List<JsonElement> Rows(Commands.TestTerminal run) => [.. run.Lines.Select(static line => JsonDocument.Parse(line).RootElement)];
    }
}
