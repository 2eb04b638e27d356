namespace OrleansTemporal.Cli.Tests.Targets;

public abstract partial class TargetScenarios
{
    [Fact]
    public async Task a_workspace_is_backed_up_removed_and_restored()
    {
        var place = BackupPlace("nightly");
        await OkAsync("workspaces", "create", "shop");
        await OkAsync("put", "people", "ada", "{\"name\":\"Ada\"}", "--workspace", "shop");
        var before = (await OkAsync("genome", "--json", "--workspace", "shop")).Output;
        Assert.Contains("is complete", (await OkAsync("backup", "--to", place, "--workspace", "shop")).Output, StringComparison.Ordinal);
        Assert.Contains("\"objectsCopied\":0", (await OkAsync("backup", "--to", place, "--workspace", "shop", "--json")).Output.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(3, (await RunAsync("", "restore", "--from", place, "--workspace", "shop")).ExitCode);
        await OkAsync("workspaces", "delete", "shop", "--yes");
        await OkAsync("restore", "--from", place, "--workspace", "shop");
        Assert.Contains("Ada", (await OkAsync("get", "people", "ada", "--workspace", "shop")).Output, StringComparison.Ordinal);
        var after = (await OkAsync("genome", "--json", "--workspace", "shop")).Output;
        Assert.Equal(DigestOf(before), DigestOf(after));
        Assert.Contains("digest", (await OkAsync("genome", "--workspace", "shop")).Output, StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync("", "restore", "--from", BackupPlace("nowhere"), "--workspace", "gone")).ExitCode);
        Assert.Equal(2, (await RunAsync("", "backup")).ExitCode);
    }

    /// <summary>A place for backups as the target names one.</summary>
    protected abstract string BackupPlace(string name);

    private static string? DigestOf(string genome) => System.Text.Json.JsonDocument.Parse(genome).RootElement.GetProperty("digest").GetString();
}
