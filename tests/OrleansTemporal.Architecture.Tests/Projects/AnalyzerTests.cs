using System.Text.RegularExpressions;
using OrleansTemporal.Architecture.Tests.Sources;

namespace OrleansTemporal.Architecture.Tests.Projects;

/// <summary>Time, randomness and threads are banned where a simulation runs, and nobody switches the ban off.</summary>
public partial class AnalyzerTests
{
    private static readonly string[] Simulated = ["Kernel", "Storage", "Storage.Azure", "Agents"];

    /// <summary>Product files that may switch an analyzer off, each with its reason.</summary>
    private static readonly Dictionary<string, string> SuppressionAllowed = new()
    {
        // ["src/<Project>/<Folder>/<File>.cs"] = "reason",
    };

    [Theory]
    [InlineData("P:System.DateTime.UtcNow")]
    [InlineData("P:System.DateTime.Now")]
    [InlineData("P:System.DateTimeOffset.UtcNow")]
    [InlineData("P:System.DateTimeOffset.Now")]
    [InlineData("M:System.Guid.NewGuid")]
    [InlineData("P:System.Random.Shared")]
    [InlineData("M:System.Threading.Tasks.Task.Delay(System.TimeSpan)")]
    [InlineData("M:System.Threading.Tasks.Task.Run(System.Action)")]
    [InlineData("M:System.Threading.Thread.Sleep(System.Int32)")]
    [InlineData("P:System.Environment.TickCount64")]
    [InlineData("M:System.Diagnostics.Stopwatch.GetTimestamp")]
    public void symbol_is_banned(string symbol) =>
        Assert.Contains(File.ReadLines(TestRepository.PathOf("src/BannedSymbols.txt")), line => line.StartsWith(symbol + ";", StringComparison.Ordinal));

    [Fact]
    public void simulated_projects_use_the_ban()
    {
        foreach (var project in ProjectFile.OfProduct.Where(project => Simulated.Contains(project.Name)))
        {
            Assert.Contains("Microsoft.CodeAnalysis.BannedApiAnalyzers", project.Packages);
            Assert.Contains(project.AdditionalFiles, file => file.EndsWith("BannedSymbols.txt", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void banned_symbols_and_captured_contexts_are_errors()
    {
        var lines = File.ReadAllLines(TestRepository.PathOf(".editorconfig"));
        var section = lines
            .SkipWhile(line => line != "[src/OrleansTemporal.{Kernel,Storage,Storage.Azure,Agents}/**.cs]").Skip(1)
            .TakeWhile(line => !line.StartsWith('['))
            .ToList();
        Assert.Contains("dotnet_diagnostic.CA2007.severity = error", section);
        Assert.Contains("dotnet_diagnostic.RS0030.severity = error", section);
    }

    [Fact]
    public void product_switches_no_analyzer_off() => Violations.AreNone(
        from file in SourceFile.OfProduct
        where !SuppressionAllowed.ContainsKey(file.Path)
        from line in Suppressions(file.Text)
        select $"{file.Path}: {line}");

    [Theory]
    [InlineData("#pragma warning disable RS0030", true)]
    [InlineData("  # pragma warning disable CA2007 // why", true)]
    [InlineData("[SuppressMessage(\"Usage\", \"CA2007\")]", true)]
    [InlineData("#pragma warning restore RS0030", false)]
    public void switched_off_analyzer_is_found(string line, bool found) => Assert.Equal(found, Suppressions(line).Any());

    [Theory]
    [InlineData("Kernel")]
    [InlineData("Storage")]
    [InlineData("Storage.Azure")]
    [InlineData("Agents")]
    public void simulated_projects_silence_nothing(string name) =>
        Assert.DoesNotContain("NoWarn", ProjectFile.OfProduct.Single(project => project.Name == name).Text, StringComparison.Ordinal);

    private static IEnumerable<string> Suppressions(string text) => Suppression().Matches(text).Select(match => match.Value.Trim());

    [GeneratedRegex(@"^\s*#\s*pragma\s+warning\s+disable.*$|\bSuppressMessage\b.*$", RegexOptions.Multiline)]
    private static partial Regex Suppression();
}
