using System.Text.RegularExpressions;

namespace OrleansTemporal.Architecture.Tests.Documentation;

/// <summary>Nothing in the repository depends on, or tells of, the machine it was written on.</summary>
public partial class MachinePathTests
{
    [Fact]
    public void no_file_names_a_folder_of_somebodys_machine() => Violations.AreNone(
        from path in RepositoryFiles.All
        let bytes = File.ReadAllBytes(TestRepository.PathOf(path))
        where !bytes.AsSpan(0, Math.Min(bytes.Length, 8000)).Contains((byte)0)
        from place in Places(System.Text.Encoding.UTF8.GetString(bytes))
        select $"{path}: {place}");

    // Put together here, since this file is read by the test too.
    [Theory]
    [InlineData("/", "work/main", true)]
    [InlineData(" \"/", "root/.nuget", true)]
    [InlineData("/tmp/", "orleans-data", true)]
    [InlineData("file:///", "work/a", true)]
    [InlineData("/agents/{id}/", "root/proof", false)]
    [InlineData("src/", "work/items", false)]
    [InlineData("/", "workspaces/a", false)]
    public void machine_path_is_found(string first, string second, bool found) =>
        Assert.Equal(found, Places(first + second).Any());

    private static IEnumerable<string> Places(string text) => MachinePath().Matches(text).Select(match => match.Value);

    [GeneratedRegex(@"(?<![\w.}\])])/(work|root)/[\w.]+|/tmp/[o]rleans[\w-]*", RegexOptions.IgnoreCase)]
    private static partial Regex MachinePath();
}
