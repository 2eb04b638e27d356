namespace OrleansTemporal.Cli.Tests.Targets;

public abstract partial class TargetScenarios
{
    [Fact]
    public async Task a_namespace_is_split_and_merged_and_loses_nothing()
    {
        for (var i = 0; i < 20; i++)
            await OkAsync("put", "people", $"p{i}", $"{i}");
        Assert.Equal("people has 4 partitions, before 1\n", (await OkAsync("split", "people", "--partitions", "4")).Output);
        await OkAsync("put", "people", "p3", "33");
        Assert.Equal("33\n", (await OkAsync("get", "people", "p3")).Output);
        Assert.Equal(20, (await OkAsync("list", "people", "--json")).Output.Split("\"key\"").Length - 1);
        Assert.Contains("\"partitionsBefore\":4", (await OkAsync("split", "people", "--partitions", "1", "--json")).Output.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(2, (await OkAsync("history", "people", "p3", "--json")).Output.Split("\"writeId\"").Length - 1);
        Assert.Equal(2, (await RunAsync("", "split", "people", "--partitions", "0")).ExitCode);
        Assert.Equal(2, (await RunAsync("", "split", "people")).ExitCode);
    }
}
