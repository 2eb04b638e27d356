using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace OrleansTemporal.Architecture.Tests.Sources;

/// <summary>The house rules about single files; each yields one line per place that breaks it.</summary>
internal static partial class SourceRules
{
    public const int FileBytesMax = 25_000;
    public const int UsualFileBytesMax = 10_000;

    // AddOrleansTemporal and MapOrleansTemporal are found by IntelliSense only where their callers already look.
    private static readonly string[] ExtensionNamespaces =
        ["Microsoft.Extensions.DependencyInjection", "Microsoft.AspNetCore.Builder", "Orleans.Hosting"];

    public static IEnumerable<string> Folders(SourceFile file) =>
        from folder in file.Folders
        where !ConceptFolders.Allowed.ContainsKey(folder)
        select $"{file.Path}: folder {folder} is no concept; see ConceptFolders";

    public static IEnumerable<string> Namespace(SourceFile file)
    {
        if (!file.TopLevelTypes.Any() || file.Unit.Members.OfType<GlobalStatementSyntax>().Any())
            yield break;

        var allowed = Roots(file).Select(root => string.Join('.', file.Folders.Prepend(root))).ToList();
        foreach (var type in file.TopLevelTypes)
        {
            var actual = type.Parent is BaseNamespaceDeclarationSyntax parent ? parent.Name.ToString() : "";
            var isExtension = ExtensionNamespaces.Contains(actual) && SourceFile.NameOf(type).EndsWith("Extensions", StringComparison.Ordinal);
            if (!allowed.Contains(actual) && !isExtension)
                yield return $"{file.Path}: {SourceFile.NameOf(type)} is in namespace '{actual}', its folder says '{allowed[0]}'";
        }
    }

    private static string[] Roots(SourceFile file) => file.Segments[1] switch
    {
        // The storage ports are no concept that other layers share: a host that plugs one in names the layer.
        "OrleansTemporal.Storage" or "OrleansTemporal.Storage.Azure" => [file.Segments[1], "OrleansTemporal"],
        "Shared" => ["OrleansTemporal.Testing"],
        var project => file.IsProduct ? ["OrleansTemporal"] : [project],
    };

    public static IEnumerable<string> OnePublicType(SourceFile file)
    {
        var types = file.TopLevelTypes.ToList();
        if (types.Count == 0 || file.Unit.Members.OfType<GlobalStatementSyntax>().Any())
            yield break;

        var open = types.Where(type => type.Modifiers.Any(SyntaxKind.PublicKeyword)).Select(SourceFile.NameOf).Distinct().ToList();
        if (open.Count > 1)
            yield return $"{file.Path}: several public types: {string.Join(", ", open)}";

        var named = open.Count > 0 ? open : [.. types.Select(SourceFile.NameOf)];
        if (!named.Contains(file.Subject))
            yield return $"{file.Path}: named after none of {string.Join(", ", named)}";
    }

    public static IEnumerable<string> Size(SourceFile file)
    {
        if (file.LengthBytes > FileBytesMax)
            yield return $"{file.Path}: {file.LengthBytes} bytes, at most {FileBytesMax}";
    }

    public static IEnumerable<string> Unfinished(SourceFile file)
    {
        foreach (Match match in UnfinishedWords().Matches(file.Text))
            yield return $"{file.Path}: {match.Value}";

        foreach (var clause in file.Unit.DescendantNodes().OfType<CatchClauseSyntax>())
        {
            var says = clause.Block.DescendantTrivia().Any(trivia =>
                trivia.IsKind(SyntaxKind.SingleLineCommentTrivia) || trivia.IsKind(SyntaxKind.MultiLineCommentTrivia));
            var catchesAll = clause.Declaration?.Type.ToString() is null or "Exception" or "System.Exception" && clause.Filter is null;
            if (clause.Block.Statements.Count == 0 && (catchesAll || !says))
                yield return $"{file.Path}:{file.LineOf(clause)}: empty catch block; name the exception and say why it is no error";
        }
    }

    /// <summary>Tests wait on conditions and run always.</summary>
    public static IEnumerable<string> Waiting(SourceFile file)
    {
        foreach (var argument in file.Unit.DescendantNodes().OfType<AttributeArgumentSyntax>())
        {
            if (argument.NameEquals?.Name.Identifier.Text == "Skip")
                yield return $"{file.Path}:{file.LineOf(argument)}: skipped test";
        }

        foreach (var call in file.Unit.DescendantNodes().OfType<InvocationExpressionSyntax>())
        {
            var name = call.Expression.ToString();
            if (name is "Thread.Sleep" or "System.Threading.Thread.Sleep")
                yield return $"{file.Path}:{file.LineOf(call)}: Thread.Sleep";
            if (name is "Task.Delay" or "System.Threading.Tasks.Task.Delay" && IsFixed(call.ArgumentList.Arguments[0].Expression))
                yield return $"{file.Path}:{file.LineOf(call)}: Task.Delay of a fixed time; see Eventually";
        }
    }

    private static bool IsFixed(ExpressionSyntax time) => time switch
    {
        LiteralExpressionSyntax => true,
        InvocationExpressionSyntax call => call.Expression.ToString().StartsWith("TimeSpan.From", StringComparison.Ordinal)
            && call.ArgumentList.Arguments.All(argument => argument.Expression is LiteralExpressionSyntax),
        _ => false,
    };

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|NotImplementedException)\b|^\s*#\s*region\b", RegexOptions.Multiline)]
    private static partial Regex UnfinishedWords();
}
