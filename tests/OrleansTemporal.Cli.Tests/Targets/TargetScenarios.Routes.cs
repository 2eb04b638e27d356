using System.Text.Json;

namespace OrleansTemporal.Cli.Tests.Targets;

public abstract partial class TargetScenarios
{
    [Fact]
    public async Task routes_and_domain_events_are_said_and_asked_for()
    {
        var model = Path.Combine(Directory.CreateTempSubdirectory("otemporal-events-").FullName, "one.safetensors");
        await File.WriteAllBytesAsync(model, Safetensors([3, 4]));
        await OkAsync("timeline", "import", model, "--name", "w");
        var events = await OkAsync("events", "--type", "DeltaExtracted", "--json");
        var data = JsonDocument.Parse(Assert.Single(events.Lines)).RootElement.GetProperty("data");
        Assert.Equal(("main", 5d), (data.GetProperty("branch").GetString(), data.GetProperty("l2Norm").GetDouble()));
        await FailsAsync(2, "invalid_field", "events", "--type", "Nothing");

        await FailsAsync(1, "channel_not_found", "route", "put", "r", "--from", "timelines/*", "--to", "nowhere");
        await FailsAsync(2, "invalid_pattern", "route", "put", "r", "--from", "a b", "--to", "c");
        await FailsAsync(2, "invalid_field", "route", "put", "r", "--from", "*", "--to", "c", "--hours", "3-3");
        await FailsAsync(3, "policy_conflict", "route", "put", "r", "--from", "*", "--to", "c", "--metadata", "a=1", "--metadata", "a=2");
        await FailsAsync(1, "delta_route_not_found", "route", "show", "r");
        await FailsAsync(1, "delta_route_not_found", "route", "delete", "r");
        Assert.Empty((await OkAsync("route", "list", "--json")).Lines);
    }
}
