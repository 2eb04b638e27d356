using System.Text.Json;
using OrleansTemporal.Cli.Tests.Commands;

namespace OrleansTemporal.Cli.Tests.Targets;

public abstract partial class TargetScenarios
{
    private const string Ledger = """{"types":[{"name":"view","halfLife":"7d","windows":["1h","24h"]},{"name":"buy","halfLife":"30d"}],"profiles":{"hot":{"view":1,"buy":20}}}""";

    [Fact]
    public async Task events_are_recorded_and_entities_ranked()
    {
        Assert.Equal("ledger 'videos' counts view, buy\n", (await OkAsync("signals", "define", "videos", Ledger, "--partitions", "2")).Output);
        Assert.Equal("1 counted, 0 had come before\n", (await OkAsync("signals", "record", "videos", "v/1", "view", "--weight", "2.5", "--time", "2026-01-02", "--id", "a")).Output);
        Assert.Equal("""{"accepted":0,"duplicates":1}""", (await OkAsync("signals", "record", "videos", "v/1", "view", "--id", "a", "--json")).Output.TrimEnd());
        var recorded = await RunAsync("{\"entity\":\"v2\",\"signal\":\"view\",\"time\":\"2026-01-02T00:30:00Z\"}\n{\"entity\":\"v2\",\"signal\":\"buy\",\"time\":\"2026-01-01T00:00:00Z\",\"weight\":3}\n", "signals", "record", "videos", "--from", "-");
        Assert.Equal((0, "2 counted, 0 had come before\n"), (recorded.ExitCode, recorded.Output));

        var reading = JsonDocument.Parse((await OkAsync("signals", "get", "videos", "v/1", "--at", "2026-01-09", "--json")).Output).RootElement;
        Assert.Equal("v/1", reading.GetProperty("entity").GetString());
        Assert.Equal(1.25, reading.GetProperty("signals").GetProperty("view").GetProperty("score").GetDouble());
        Assert.Equal("""{"1h":0,"24h":0,"all":1}""", reading.GetProperty("signals").GetProperty("view").GetProperty("counts").GetRawText());
        Assert.Equal("2026-01-09T00:00:00Z", reading.GetProperty("at").GetString());
        Assert.Contains("1h: 1", (await OkAsync("signals", "get", "videos", "v2", "--at", "2026-01-02T00:59:00Z")).Output, StringComparison.Ordinal);

        Assert.Equal(["v/1", "v2"], EntitiesOf(await OkAsync("signals", "top", "videos", "--signal", "view", "--json")));
        Assert.Equal(["v2", "v/1"], EntitiesOf(await OkAsync("signals", "top", "videos", "--profile", "hot", "--json")));
        Assert.Equal(["v2"], EntitiesOf(await OkAsync("signals", "top", "videos", "--signal", "view", "--by", "velocity", "--window", "5m", "--at", "2026-01-02T00:31:00Z", "-k", "1", "--json")));
        Assert.Equal(["v2", "v/1", "nobody"], EntitiesOf(await OkAsync("signals", "get", "videos", "v/1", "nobody", "v2", "--profile", "hot", "--json")));
        Assert.Contains("videos", (await OkAsync("signals", "list")).Output, StringComparison.Ordinal);

        await FailsAsync(2, "signal_not_found", "signals", "record", "videos", "v1", "hide");
        await FailsAsync(2, "invalid_field", "signals", "record", "videos", "v1", "view", "--weight", "-1");
        await FailsAsync(1, "ledger_not_found", "signals", "record", "nowhere", "v1", "view");
        await FailsAsync(3, "schema_conflict", "signals", "define", "videos", """{"types":[{"name":"view","halfLife":"1d"}]}""");
        await FailsAsync(2, "malformed_json", "signals", "define", "videos", "{");
    }

    private static string[] EntitiesOf(TestTerminal result) =>
        [.. result.Lines.Select(static line => JsonDocument.Parse(line).RootElement.GetProperty("entity").GetString()!)];
}
