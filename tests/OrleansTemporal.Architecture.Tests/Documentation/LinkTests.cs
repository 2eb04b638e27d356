using System.Text.RegularExpressions;

namespace OrleansTemporal.Architecture.Tests.Documentation;

public partial class LinkTests
{
    [Fact]
    public void relative_links_resolve() => Violations.AreNone(
        from path in RepositoryFiles.All
        where path.EndsWith(".md", StringComparison.OrdinalIgnoreCase)
        from target in Targets(File.ReadAllText(TestRepository.PathOf(path)))
        where !Resolves(path, target)
        select $"{path}: {target}");

    [Theory]
    [InlineData("[a](docs/a.md)", "docs/a.md")]
    [InlineData("![a](../a%20b.png \"title\")", "../a b.png")]
    [InlineData("[a](docs/a.md#part)", "docs/a.md")]
    [InlineData("[a]: docs/a.md", "docs/a.md")]
    [InlineData("[a](https://example.org/a) [b](#part) [c](mailto:a@example.org)", null)]
    [InlineData("`[a](docs/a.md)`", null)]
    [InlineData("```\n[a](docs/a.md)\n```", null)]
    public void links_are_read_as_a_browser_reads_them(string text, string? target) =>
        Assert.Equal(target is null ? [] : [target], Targets(text));

    [Fact]
    public void dangling_link_is_found() => Assert.False(Resolves("docs/a.md", "nowhere.md"));

    private static bool Resolves(string from, string target)
    {
        var folder = target.StartsWith('/') ? TestRepository.Root : TestRepository.PathOf(Path.GetDirectoryName(from)!);
        return Path.Exists(Path.GetFullPath(Path.Combine(folder, target.TrimStart('/'))));
    }

    private static IEnumerable<string> Targets(string text) =>
        from match in Link().Matches(Code().Replace(text, ""))
        let target = match.Groups["target"].Value.Split('#')[0]
        where target.Length > 0 && !Scheme().IsMatch(target)
        select Uri.UnescapeDataString(target);

    [GeneratedRegex(@"^```.*?^```|`[^`\n]*`", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex(@"\]\(\s*<?(?<target>[^)\s>]+)[^)]*\)|^\[[^\]]+\]:\s*(?<target>\S+)", RegexOptions.Multiline)]
    private static partial Regex Link();

    [GeneratedRegex(@"^[a-z][a-z0-9+.-]*:|^//", RegexOptions.IgnoreCase)]
    private static partial Regex Scheme();
}
