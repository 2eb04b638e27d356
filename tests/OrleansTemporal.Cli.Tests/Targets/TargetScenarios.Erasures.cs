namespace OrleansTemporal.Cli.Tests.Targets;

public abstract partial class TargetScenarios
{
    [Fact]
    public async Task an_erased_document_is_gone_and_its_history_says_so()
    {
        await OkAsync("put", "people", "ada", "{\"name\":\"Ada\"}");
        await OkAsync("put", "people", "bob", "1");
        await OkAsync("put", "people", "bert", "1");
        Assert.StartsWith("erased 1 ", (await OkAsync("erase", "people", "ada", "--reason", "asked to")).Output, StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync("", "get", "people", "ada")).ExitCode);
        Assert.Contains("(erased)", (await OkAsync("history", "people", "ada")).Output, StringComparison.Ordinal);
        Assert.Contains("\"keys\":2", (await OkAsync("erase", "people", "--prefix", "b", "--json")).Output.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync("", "erase", "people", "nobody")).ExitCode);
        Assert.Equal(2, (await RunAsync("", "erase", "people")).ExitCode);
        Assert.Equal(2, (await RunAsync("", "erase", "people", "ada", "--all")).ExitCode);
        await OkAsync("verify");
    }
}
