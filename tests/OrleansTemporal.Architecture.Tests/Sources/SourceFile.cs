using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace OrleansTemporal.Architecture.Tests.Sources;

/// <summary>A C# file of the repository, parsed.</summary>
/// <param name="Path">Path in the repository, with forward slashes.</param>
/// <param name="Text">Its content.</param>
internal sealed record SourceFile(string Path, string Text)
{
    private static readonly Lazy<IReadOnlyList<SourceFile>> Everything = new(Load);
    private CompilationUnitSyntax? _unit;

    /// <summary>Every .cs file under src and tests, without what the build generates.</summary>
    public static IReadOnlyList<SourceFile> All => Everything.Value;

    public static IEnumerable<SourceFile> OfProduct => All.Where(file => file.IsProduct);

    public static IEnumerable<SourceFile> OfTests => All.Where(file => !file.IsProduct);

    public bool IsProduct => Path.StartsWith("src/", StringComparison.Ordinal);

    public long LengthBytes => System.Text.Encoding.UTF8.GetByteCount(Text);

    /// <summary>src or tests, project, folders, file name.</summary>
    public string[] Segments => Path.Split('/');

    public IEnumerable<string> Folders => Segments[2..^1];

    /// <summary>File name up to its first dot: <c>Journal</c> for <c>Journal.Recovery.cs</c>.</summary>
    public string Subject => Segments[^1].Split('.')[0];

    public CompilationUnitSyntax Unit => _unit ??= (CompilationUnitSyntax)CSharpSyntaxTree
        .ParseText(Text, new CSharpParseOptions(LanguageVersion.Preview)).GetRoot();

    public IEnumerable<MemberDeclarationSyntax> TopLevelTypes => Unit.DescendantNodes(node =>
            node is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax)
        .OfType<MemberDeclarationSyntax>()
        .Where(member => member is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax);

    public static string NameOf(MemberDeclarationSyntax type) => type switch
    {
        BaseTypeDeclarationSyntax declared => declared.Identifier.Text,
        DelegateDeclarationSyntax declared => declared.Identifier.Text,
        _ => "",
    };

    public int LineOf(Microsoft.CodeAnalysis.SyntaxNode node) =>
        node.GetLocation().GetLineSpan().StartLinePosition.Line + 1;

    private static IReadOnlyList<SourceFile> Load() =>
    [
        .. new[] { "src", "tests" }
            .SelectMany(folder => Directory.EnumerateFiles(TestRepository.PathOf(folder), "*.cs", SearchOption.AllDirectories))
            .Select(path => (Full: path, Relative: System.IO.Path.GetRelativePath(TestRepository.Root, path).Replace('\\', '/')))
            .Where(path => !path.Relative.Split('/').Any(segment => segment is "bin" or "obj"))
            .OrderBy(path => path.Relative, StringComparer.Ordinal)
            .Select(path => new SourceFile(path.Relative, File.ReadAllText(path.Full))),
    ];
}
