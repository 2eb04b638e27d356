using System.Text.Json;

namespace OrleansTemporal.Cli.Tests.Targets;

public abstract partial class TargetScenarios
{
    [Theory]
    [InlineData("ndjson")]
    [InlineData("json")]
    public async Task an_export_imports_again(string format)
    {
        await OkAsync("put", "from", "a/b", """{"x":[1,2.50,"é"],"big":12345678901234567890123}""");
        await OkAsync("put", "from", "c", "null");
        var exported = await OkAsync("export", "from", "--format", format);
        await RunOkAsync(exported.Output, "import", "-", "-n", "to", "--format", format, "--key-field", "key", "--value-field", "value");
        foreach (var key in new[] { "a/b", "c" })
            Assert.Equal((await OkAsync("get", "from", key)).Output, (await OkAsync("get", "to", key)).Output);
    }

    [Fact]
    public async Task rows_that_can_not_be_imported_are_named_and_the_others_written()
    {
        var deep = new string('[', 100) + new string(']', 100);
        string[] rows = ["""{"id":"a"}""", """{"no":1}""", """{"id":"b","id":"b"}""", "{", """{"id":"a","n":2}""", $$"""{"id":"d","v":{{deep}}}""", """{"id":"e"}"""];
        var run = await RunAsync(string.Join('\n', rows), "import", "-", "-n", "rows", "--key-field", "id", "--json");
        Assert.Equal(2, run.ExitCode);
        var report = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal((2, 5), (report.GetProperty("written").GetInt32(), report.GetProperty("refused").GetInt32()));
        Assert.Equal([2, 3, 4, 5, 6], report.GetProperty("refusals").EnumerateArray().Select(row => row.GetProperty("line").GetInt32()));
        Assert.Equal(["a", "e"], KeysOf(await OkAsync("list", "rows", "--json")));
        Assert.Equal("""{"id":"a"}""", Compact(await OkAsync("get", "rows", "a")));
    }

    [Fact]
    public async Task a_broken_file_says_where_and_how_much_was_written()
    {
        var run = await RunAsync("[{\"a\":1},\n{\"a\":2},\n{\"a\":", "import", "-", "-n", "rows", "--format", "json");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("Line 3: no JSON: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("2 rows before it were written", run.Error, StringComparison.Ordinal);
        Assert.Equal(["1", "2"], KeysOf(await OkAsync("list", "rows", "--json")));
    }

    [Fact]
    public async Task csv_rows_become_objects()
    {
        await RunOkAsync("id,name,zip,n\r\n1,\"Lovelace, Ada\",00123,1.5\r\n", "import", "-", "--format", "csv", "-n", "people", "--key-field", "id");
        Assert.Equal("""{"id":1,"n":1.5,"name":"Lovelace, Ada","zip":"00123"}""", Compact(await OkAsync("get", "people", "1")));
        Assert.Equal("_key,id,n,name,zip\r\n1,1,1.5,\"Lovelace, Ada\",00123\r\n", (await OkAsync("export", "people", "--format", "csv")).Output);
    }
}
