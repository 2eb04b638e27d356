namespace OrleansTemporal.Architecture.Tests.Documentation;

public class CoverageTests
{
    private const string Here = "tests/OrleansTemporal.Architecture.Tests/Documentation/CoverageTests.cs";

    [Fact]
    public void every_row_of_the_specifications_is_accounted_for()
    {
        var path = TestRepository.PathOf("docs/coverage.md");
        if (File.Exists(path))
            Violations.AreNone(CoverageRules.Violations(File.ReadAllText(path)));
    }

    [Fact]
    public void complete_table_passes() => Violations.AreNone(CoverageRules.Violations(Table()));

    [Theory]
    [InlineData("| K-06 | src/ | no_such_place/ | open |", "")]
    [InlineData("| K-06 | src/BannedSymbols.txt | " + Here + ": complete_table_passes, broken_row_is_found | done |", "")]
    [InlineData("| K-06 | src/ | `" + Here + "`: `complete_table_passes` | done |", "")]
    [InlineData("| K-06 | src/ | Architecture:CoverageTests.complete_table_passes | done |", "")]
    [InlineData("", "K-06 has no row")]
    [InlineData("| K-06 | a | b | open |\n| K-06 | a | b | open |", "K-06 has 2 rows")]
    [InlineData("| K-06 | src/Nowhere.cs | | open |", "K-06: no src/Nowhere.cs")]
    [InlineData("| K-06 | src/ | " + Here + ": complete_table_passes, missing_method | done |", "K-06: no test missing_method in " + Here)]
    [InlineData("| K-06 | src/ | Architecture:CoverageTests.missing_method | done |", "K-06: no test Architecture:CoverageTests.missing_method")]
    [InlineData("| K-06 | src/ | | done |", "K-06: is called done and names neither a test nor a page of docs/")]
    [InlineData("| K-06 | src/ | `" + Here + "`: `complete_table_passes`; `" + Here + "`: `complete_table_passes` | done |", "K-06: names " + Here + "`: `complete_table_passes` twice")]
    [InlineData("| K-06 | src/ | `" + Here + "`: `complete_table_passes` | done |\n| K: all | 101 | 1 | 0 | 0 | 0 |", "")]
    [InlineData("| K-06 | src/ | | partly: half |\n| K: all | 101 | 1 | 0 | 0 | 0 |", "K has 101 0 1 0 0 rows, done, partly, missing and nothing to build, not 101 1 0 0 0")]
    public void broken_row_is_found(string row, string violation) =>
        Assert.Equal(violation.Length == 0 ? [] : [violation], CoverageRules.Violations(Table(row)));

    private static string Table(string sixth = "| K-06 | src/ | | open |") => string.Join(
        '\n',
        CoverageRules.Specifications.SelectMany(pair => Enumerable.Range(1, pair.Value).Select(n => $"{pair.Key}-{n:00}"))
            .Select(id => id == "K-06" ? sixth : $"| {id} | src/ | | open |"));
}
