using System.Text.Json;

namespace OrleansTemporal.Cli.Tests.Targets;

public abstract partial class TargetScenarios
{
    [Fact]
    public async Task data_is_moved_down_as_the_policy_says_and_reads_as_before()
    {
        for (var i = 0; i < 20; i++)
            await OkAsync("put", "people", $"p{i}", $$"""{"name":"somebody of many","number":{{i}}}""");
        Assert.Equal("1h", Tier(await OkAsync("lifecycle", "policy"), "hot"));
        Assert.Equal("1ms", Tier(await OkAsync("lifecycle", "policy", """{"tiers":{"hot":"1ms","warm":"2ms","cold":"3ms"}}"""), "hot"));
        Assert.Contains("nothing was changed", (await OkAsync("lifecycle", "run", "consolidation", "--dry-run")).Output, StringComparison.Ordinal);
        Assert.All(await DeepAsync(), static bytes => Assert.Equal(0, bytes));
        await OkAsync("lifecycle", "run", "consolidation");
        Assert.Contains(await DeepAsync(), static bytes => bytes > 0);
        Assert.Contains("\"number\":7", (await OkAsync("get", "people", "p7", "--json")).Output.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        await OkAsync("lifecycle", "run", "genome");
        await OkAsync("verify");
        Assert.Equal(2, (await RunAsync("", "lifecycle", "run", "sleep")).ExitCode);
        Assert.Equal(2, (await RunAsync("", "lifecycle", "policy", """{"tiers":{"hot":"3d"}}""")).ExitCode);

        async Task<long[]> DeepAsync() =>
        [
            .. (await OkAsync("agents", "--json")).Lines.Select(static line => JsonDocument.Parse(line).RootElement.GetProperty("bytes").GetProperty("deep").GetInt64()),
        ];

        static string? Tier(Commands.TestTerminal run, string name) => JsonDocument.Parse(run.Output).RootElement.GetProperty("tiers").GetProperty(name).GetString();
    }
}
