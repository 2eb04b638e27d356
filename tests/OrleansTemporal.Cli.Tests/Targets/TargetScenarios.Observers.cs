using System.Text.Json;

namespace OrleansTemporal.Cli.Tests.Targets;

public abstract partial class TargetScenarios
{
    [Fact]
    public async Task an_observer_is_defined_shown_paused_and_removed()
    {
        await OkAsync("timeline", "define", "w", "--dimensions", "2");
        await OkAsync("timeline", "observe", "define", "w", "sensor", "--policy", """{"minInterval":"0ms","magnitudeThreshold":0.5}""");
        Assert.Contains("1 components, l2 1", (await OkAsync("timeline", "observe", "put", "w", "sensor", "[1,0]")).Output, StringComparison.Ordinal);
        Assert.Contains("does not differ", (await OkAsync("timeline", "observe", "put", "w", "sensor", "[1.25,0]")).Output, StringComparison.Ordinal);
        Assert.Contains("nothing waited", (await OkAsync("timeline", "observe", "flush", "w", "sensor")).Output, StringComparison.Ordinal);
        Assert.Contains("is paused", (await OkAsync("timeline", "observe", "pause", "w", "sensor")).Output, StringComparison.Ordinal);
        Assert.NotEqual(0, (await RunAsync("", "timeline", "observe", "put", "w", "sensor", "[2,0]")).ExitCode);
        await OkAsync("timeline", "observe", "resume", "w", "sensor");
        await OkAsync("timeline", "observe", "put", "w", "sensor", "[2,0]");
        await OkAsync("timeline", "observe", "remove", "w", "sensor");
        var listed = JsonDocument.Parse((await OkAsync("timeline", "observe", "list", "w", "--json")).Output).RootElement;
        Assert.Equal(("sensor", "terminated", 2), (listed.GetProperty("name").GetString(), listed.GetProperty("state").GetString(), listed.GetProperty("deltasCaptured").GetInt32()));
        Assert.Contains("terminated", (await OkAsync("timeline", "observe", "list", "w")).Output, StringComparison.Ordinal);
        Assert.Equal("[2,0]", (await OkAsync("timeline", "state", "w")).Output.Trim());
        Assert.Equal(1, (await RunAsync("", "timeline", "observe", "flush", "w", "nobody")).ExitCode);
    }
}
