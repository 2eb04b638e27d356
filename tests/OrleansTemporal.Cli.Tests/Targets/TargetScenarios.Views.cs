using System.Text.Json;

namespace OrleansTemporal.Cli.Tests.Targets;

public abstract partial class TargetScenarios
{
    [Fact]
    public async Task views_are_kept_and_read_as_of_any_moment()
    {
        await OkAsync("put", "people", "ada", """{"age":36,"city":"London"}""");
        await OkAsync("put", "people", "bob", """{"age":7,"city":"Paris"}""");
        Assert.Equal("created adults\n", (await OkAsync("view", "put", "adults", """{"source":"kv/people","query":{"filter":{"gte":{"field":"age","value":18}}}}""")).Output);
        await RunOkAsync("""{"source":"views/adults","query":{"groupBy":["city"],"aggregate":{"n":{"count":"*"}}}}""", "view", "put", "cities");
        var before = Rows(await OkAsync("view", "rows", "adults", "--json")).Single();
        Assert.Equal("ada", before.GetProperty("key").GetString());

        await OkAsync("put", "people", "eve", """{"age":50,"city":"London"}""");
        var run = await OkAsync("view", "rows", "cities", "--json");
        Assert.Equal("{\"city\":\"London\",\"n\":2}", run.Lines.Single());
        Assert.Contains("1 of 1 rows.", run.Error, StringComparison.Ordinal);
        Assert.Single(Rows(await OkAsync("view", "rows", "adults", "--as-of", before.GetProperty("systemTime").GetString()!, "--json")));
        Assert.Equal("refreshed adults\n", (await OkAsync("view", "refresh", "adults")).Output);
        Assert.Equal(["adults", "cities"], Rows(await OkAsync("view", "list", "--json")).Select(static view => view.GetProperty("name").GetString()!));

        await FailsAsync(3, "view_in_use", "view", "delete", "adults");
        await FailsAsync(2, "view_cycle", "view", "put", "adults", """{"source":"views/cities"}""");
        await FailsAsync(1, "view_not_found", "view", "rows", "nothing");
        Assert.Equal("deleted cities\n", (await OkAsync("view", "delete", "cities")).Output);
        await OkAsync("view", "delete", "adults");

        await RunAsync("host,time,usage\na,2026-01-02T03:04:05Z,1.5\nb,2026-01-02T03:04:06Z,2\n", "import", "-", "--format", "csv", "--stream", "cpu", "--time", "time");
        await OkAsync("view", "put", "busy", """{"source":"series/cpu","query":{"filter":{"gt":{"field":"value","value":1.6}}}}""");
        Assert.Equal(
            """{"key":"2026-01-02T03:04:06.000000000Z host=b usage","value":{"field":"usage","tags":{"host":"b"},"time":"2026-01-02T03:04:06.000000000Z","value":2}}""",
            (await OkAsync("view", "rows", "busy", "--json")).Lines.Single());
        await OkAsync("view", "delete", "busy");

        static List<JsonElement> Rows(Commands.TestTerminal run) => [.. run.Lines.Select(static line => JsonDocument.Parse(line).RootElement)];
    }
}
