using System.Diagnostics;

namespace OrleansTemporal.Architecture.Tests.Documentation;

/// <summary>What git holds, or will hold when it is added.</summary>
internal static class RepositoryFiles
{
    private static readonly Lazy<IReadOnlyList<string>> Everything = new(List);

    /// <summary>Paths in the repository with forward slashes.</summary>
    public static IReadOnlyList<string> All => Everything.Value;

    private static IReadOnlyList<string> List()
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        {
            WorkingDirectory = TestRepository.Root,
            RedirectStandardOutput = true,
        })!;
        var paths = git.StandardOutput.ReadToEnd().Split('\0', StringSplitOptions.RemoveEmptyEntries);
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
        return [.. paths.Where(path => File.Exists(TestRepository.PathOf(path))).Order(StringComparer.Ordinal)];
    }
}
