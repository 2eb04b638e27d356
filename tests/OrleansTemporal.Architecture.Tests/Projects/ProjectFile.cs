using System.Xml.Linq;

namespace OrleansTemporal.Architecture.Tests.Projects;

/// <summary>What a .csproj file refers to, itself and through the files of the repository that it imports.</summary>
/// <param name="Path">Path in the repository.</param>
/// <param name="Text">Its content.</param>
internal sealed record ProjectFile(string Path, string Text)
{
    private const string Prefix = "OrleansTemporal.";
    private static readonly Lazy<IReadOnlyList<ProjectFile>> Everything = new(Load);

    public static IReadOnlyList<ProjectFile> All => Everything.Value;

    public static IEnumerable<ProjectFile> OfProduct => All.Where(project => project.Path.StartsWith("src/", StringComparison.Ordinal));

    public string Name => ShortName(Path);

    public IEnumerable<string> Projects => Includes(Text, "ProjectReference").Select(ShortName);

    /// <summary>Packages and framework references, those of imported files included.</summary>
    public IEnumerable<string> Packages => Imported.Prepend(Text)
        .SelectMany(text => Includes(text, "PackageReference").Concat(Includes(text, "FrameworkReference")));

    public IEnumerable<string> AdditionalFiles => Imported.Prepend(Text).SelectMany(text => Includes(text, "AdditionalFiles"));

    private IEnumerable<string> Imported =>
        from import in XElement.Parse(Text).Descendants("Import")
        let path = System.IO.Path.Combine(TestRepository.PathOf(System.IO.Path.GetDirectoryName(Path)!), (string)import.Attribute("Project")!)
        select File.ReadAllText(path);

    private static IEnumerable<string> Includes(string text, string element) =>
        XElement.Parse(text).Descendants(element).Select(item => (string?)item.Attribute("Include")).OfType<string>();

    private static string ShortName(string path)
    {
        var name = System.IO.Path.GetFileNameWithoutExtension(path.Replace('\\', '/'));
        return name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;
    }

    private static IReadOnlyList<ProjectFile> Load() =>
    [
        .. new[] { "src", "tests" }
            .SelectMany(folder => Directory.EnumerateFiles(TestRepository.PathOf(folder), "*.csproj", SearchOption.AllDirectories))
            .OrderBy(path => path, StringComparer.Ordinal)
            .Select(path => new ProjectFile(
                System.IO.Path.GetRelativePath(TestRepository.Root, path).Replace('\\', '/'),
                File.ReadAllText(path))),
    ];
}
