namespace OrleansTemporal.Architecture.Tests.Sources;

public class SourceTests
{
    /// <summary>Files of tests that may wait a fixed time or skip, each with its reason.</summary>
    private static readonly Dictionary<string, string> WaitingAllowed = new()
    {
        // ["tests/<Project>/<Folder>/<File>.cs"] = "reason",
    };

    [Fact]
    public void folders_are_named_after_concepts() => Violations.AreNone(SourceFile.OfProduct.SelectMany(SourceRules.Folders));

    [Fact]
    public void concept_list_holds_no_name_that_hides_design() =>
        Assert.DoesNotContain(ConceptFolders.Allowed.Keys, ConceptFolders.Forbidden.Contains);

    [Fact]
    public void namespaces_follow_folders() => Violations.AreNone(SourceFile.All.SelectMany(SourceRules.Namespace));

    [Fact]
    public void product_files_hold_one_public_type_and_carry_its_name() =>
        Violations.AreNone(SourceFile.OfProduct.SelectMany(SourceRules.OnePublicType));

    [Fact]
    public void no_file_is_a_giant() => Violations.AreNone(SourceFile.All.SelectMany(SourceRules.Size));

    [Fact]
    public void nine_in_ten_product_files_are_short()
    {
        var all = SourceFile.OfProduct.ToList();
        var longer = all.Where(file => file.LengthBytes > SourceRules.UsualFileBytesMax).ToList();
        Assert.True(
            longer.Count * 10 <= all.Count,
            $"{longer.Count} of {all.Count} are above {SourceRules.UsualFileBytesMax} bytes: {string.Join(", ", longer.Select(file => file.Path))}");
    }

    [Fact]
    public void product_has_no_unfinished_code() => Violations.AreNone(SourceFile.OfProduct.SelectMany(SourceRules.Unfinished));

    [Fact]
    public void tests_never_sleep_and_never_skip() => Violations.AreNone(SourceFile.OfTests
        .Where(file => !WaitingAllowed.ContainsKey(file.Path))
        .SelectMany(SourceRules.Waiting));

    [Fact]
    public void files_that_may_wait_still_exist() =>
        Assert.All(WaitingAllowed.Keys, path => Assert.True(File.Exists(TestRepository.PathOf(path)), path));
}
