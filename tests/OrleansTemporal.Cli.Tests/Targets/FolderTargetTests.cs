using OrleansTemporal.Cli.Tests.Commands;
using OrleansTemporal.Targets;

namespace OrleansTemporal.Cli.Tests.Targets;

public sealed class FolderTargetTests : TargetScenarios, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("otemporal-cli-").FullName;

    [Fact]
    public async Task a_folder_in_use_says_to_pass_the_address_of_its_server()
    {
        await using var owner = await FolderTarget.OpenAsync(folder, "default", CancellationToken.None);
        var run = await RunAsync("", "list");
        Assert.Equal(4, run.ExitCode);
        Assert.StartsWith("otemporal: folder_locked: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("--url", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
    }

    protected override string BackupPlace(string name) => Path.Combine(folder + "-backups", name);

    public void Dispose()
    {
        Directory.Delete(folder, recursive: true);
        if (Directory.Exists(folder + "-backups"))
        {
            Directory.Delete(folder + "-backups", recursive: true);
        }
    }

    private protected override Task<TestTerminal> RunAsync(string input, params string[] arguments) =>
        TestTerminal.RunAsync(input, null, ["--data", folder, .. arguments]);
}
