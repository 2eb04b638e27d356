using System.Text.RegularExpressions;

namespace OrleansTemporal.Architecture.Tests.Documentation;

/// <summary>
/// The table from every row of the specifications to the code and the tests that earn it:
/// <c>| K-06 | src/... | tests/OrleansTemporal.Kernel.Tests/Causality/X.cs: method_name | done |</c>
/// </summary>
internal static partial class CoverageRules
{
    /// <summary>Letter of a specification and its number of rows.</summary>
    public static IReadOnlyDictionary<char, int> Specifications { get; } = new Dictionary<char, int>
    {
        ['K'] = 101,
        ['D'] = 89,
        ['S'] = 31,
        ['T'] = 28,
        ['Z'] = 21,
    };

    private static string[] States { get; } = ["done", "partly", "missing", "nothing to build"];

    public static IEnumerable<string> Violations(string table)
    {
        var rows = Row().Matches(table).ToList();
        var present = rows.Select(row => row.Groups["id"].Value).ToList();
        foreach (var missing in Specifications.SelectMany(pair => Enumerable.Range(1, pair.Value).Select(n => $"{pair.Key}-{n:00}")).Except(present))
            yield return $"{missing} has no row";
        foreach (var doubled in present.GroupBy(id => id).Where(group => group.Count() > 1))
            yield return $"{doubled.Key} has {doubled.Count()} rows";

        foreach (var row in rows)
        {
            foreach (var violation in References(row.Value).Concat(Claims(row.Value)))
                yield return $"{row.Groups["id"].Value}: {violation}";
        }

        foreach (Match total in Total().Matches(table))
        {
            var of = rows.Where(row => row.Groups["id"].Value[0] == total.Groups["letter"].Value[0]).Select(row => StateOf(row.Value)).ToList();
            var counted = string.Join(' ', new[] { of.Count }.Concat(States.Select(state => of.Count(other => other.StartsWith(state, StringComparison.OrdinalIgnoreCase)))));
            var claimed = string.Join(' ', total.Groups["count"].Captures.Select(count => count.Value));
            if (claimed != counted)
                yield return $"{total.Groups["letter"].Value} has {counted} rows, done, partly, missing and nothing to build, not {claimed}";
        }
    }

    private static IEnumerable<string> References(string row)
    {
        foreach (Match path in RepositoryPath().Matches(row))
        {
            if (!Path.Exists(TestRepository.PathOf(path.Value.TrimEnd('.', '/'))))
                yield return $"no {path.Value}";
        }

        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (Match test in TestInFile().Matches(row))
        {
            var path = TestRepository.PathOf(test.Groups["path"].Value);
            if (!named.Add(test.Value))
                yield return $"names {test.Value} twice";
            foreach (Capture method in test.Groups["method"].Captures)
            {
                if (!File.Exists(path) || !Declares(File.ReadAllText(path), method.Value))
                    yield return $"no test {method.Value} in {test.Groups["path"].Value}";
            }
        }

        foreach (Match test in TestInClass().Matches(row))
        {
            if (!Exists(test.Groups["project"].Value, test.Groups["class"].Value, test.Groups["method"].Value))
                yield return $"no test {test.Value}";
        }
    }

    /// <summary>What is called done has something that would fail if it were not.</summary>
    private static IEnumerable<string> Claims(string row)
    {
        if (StateOf(row).StartsWith("done", StringComparison.OrdinalIgnoreCase) && !TestInFile().IsMatch(row) && !TestInClass().IsMatch(row)
            && !row.Contains("docs/", StringComparison.Ordinal))
            yield return "is called done and names neither a test nor a page of docs/";
    }

    private static string StateOf(string row) => row.TrimEnd().TrimEnd('|').Split('|')[^1].Trim();

    private static bool Exists(string project, string @class, string method)
    {
        var folder = new[] { project, $"OrleansTemporal.{project}", $"OrleansTemporal.{project}.Tests" }
            .Select(name => TestRepository.PathOf($"tests/{name}")).FirstOrDefault(Directory.Exists);
        return folder is not null && Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Select(File.ReadAllText)
            .Any(text => Regex.IsMatch(text, $@"\bclass {Regex.Escape(@class)}\b") && Declares(text, method));
    }

    private static bool Declares(string text, string method) => Regex.IsMatch(text, $@"\b{Regex.Escape(method)}\s*\(");

    [GeneratedRegex(@"^\|\s*`?(?<id>[KDSTZ]-\d{2,3})`?\s*\|.*$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^\|\s*(?<letter>[KDSTZ]): [^|]*(\|\s*(?<count>\d+)\s*){5}\|\s*$", RegexOptions.Multiline)]
    private static partial Regex Total();

    [GeneratedRegex(@"(?<![\w/.-])(src|tests|docs|infra|bicep)/[\w./-]+")]
    private static partial Regex RepositoryPath();

    [GeneratedRegex(@"(?<path>tests/[\w./-]+\.cs)`?:\s*`?(?<method>\w+)`?(?:,\s*`?(?<method>\w+)`?(?![\w/.]))*")]
    private static partial Regex TestInFile();

    [GeneratedRegex(@"(?<![\w/.])(?<project>[A-Z][\w.]*):(?<class>[A-Z]\w*)\.(?<method>\w+)")]
    private static partial Regex TestInClass();
}
