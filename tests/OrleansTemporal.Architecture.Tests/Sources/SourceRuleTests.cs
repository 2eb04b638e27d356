namespace OrleansTemporal.Architecture.Tests.Sources;

/// <summary>Every rule finds what breaks it and lets pass what does not.</summary>
public class SourceRuleTests
{
    private const string Folder = "src/OrleansTemporal.Kernel/Kv/";

    [Theory]
    [InlineData("src/OrleansTemporal.Kernel/Kv/A.cs", true)]
    [InlineData("src/OrleansTemporal.Kernel/A.cs", true)]
    [InlineData("src/OrleansTemporal.Kernel/Helpers/A.cs", false)]
    [InlineData("src/OrleansTemporal.Kernel/Kv/Models/A.cs", false)]
    public void folder_rule_knows_concepts(string path, bool holds) =>
        Assert.Equal(holds, !SourceRules.Folders(new SourceFile(path, "")).Any());

    [Theory]
    [InlineData("src/OrleansTemporal.Kernel/Kv/A.cs", "namespace OrleansTemporal.Kv; class A;", true)]
    [InlineData("src/OrleansTemporal.Kernel/A.cs", "namespace OrleansTemporal; class A;", true)]
    [InlineData("src/OrleansTemporal.Kernel/Kv/A.cs", "namespace OrleansTemporal.Kernel.Kv; class A;", false)]
    [InlineData("src/OrleansTemporal.Kernel/Kv/A.cs", "class A;", false)]
    [InlineData("src/OrleansTemporal.Storage/Ports/A.cs", "namespace OrleansTemporal.Storage.Ports; class A;", true)]
    [InlineData("src/OrleansTemporal.Storage/Ports/A.cs", "namespace OrleansTemporal.Storage; class A;", false)]
    [InlineData("src/OrleansTemporal.Http/Hosting/AExtensions.cs", "namespace Microsoft.AspNetCore.Builder; class AExtensions;", true)]
    [InlineData("src/OrleansTemporal.Http/Hosting/A.cs", "namespace Microsoft.AspNetCore.Builder; class A;", false)]
    [InlineData("src/OrleansTemporal.Server/Program.cs", "return 0;", true)]
    [InlineData("tests/OrleansTemporal.Kernel.Tests/Kv/A.cs", "namespace OrleansTemporal.Kernel.Tests.Kv; class A;", true)]
    [InlineData("tests/OrleansTemporal.Kernel.Tests/Kv/A.cs", "namespace OrleansTemporal.Kv; class A;", false)]
    [InlineData("tests/Shared/A.cs", "namespace OrleansTemporal.Testing; class A;", true)]
    public void namespace_rule_compares_with_the_folder(string path, string text, bool holds) =>
        Assert.Equal(holds, !SourceRules.Namespace(new SourceFile(path, text)).Any());

    [Theory]
    [InlineData("A.cs", "namespace N; public class A;", true)]
    [InlineData("A.Recovery.cs", "namespace N; public partial class A;", true)]
    [InlineData("A.cs", "namespace N; public class A; internal class B;", true)]
    [InlineData("A.cs", "namespace N; public class A { public class B; }", true)]
    [InlineData("A.cs", "namespace N; public class A; public class A<T>;", true)]
    [InlineData("A.cs", "namespace N; public class A; public delegate void B();", false)]
    [InlineData("A.cs", "namespace N; public class A; public enum B;", false)]
    [InlineData("A.cs", "namespace N; public class B;", false)]
    [InlineData("A.cs", "namespace N; internal class B;", false)]
    [InlineData("A.cs", "namespace N; internal class A; public class B;", false)]
    public void type_rule_wants_one_public_type_with_the_name_of_the_file(string name, string text, bool holds) =>
        Assert.Equal(holds, !SourceRules.OnePublicType(new SourceFile(Folder + name, text)).Any());

    [Theory]
    [InlineData(SourceRules.FileBytesMax, true)]
    [InlineData(SourceRules.FileBytesMax + 1, false)]
    public void size_rule_counts_bytes(int lengthBytes, bool holds) =>
        Assert.Equal(holds, !SourceRules.Size(new SourceFile(Folder + "A.cs", new string(' ', lengthBytes))).Any());

    [Theory]
    [InlineData("// A todo list is a feature of this class", true)]
    [InlineData("// TODO later", false)]
    [InlineData("// FIXME", false)]
    [InlineData("/* HACK */", false)]
    [InlineData("class A { void B() => throw new NotImplementedException(); }", false)]
    [InlineData("class A {\n    #region B\n    #endregion\n}", false)]
    [InlineData("class A { void B() { try { } catch { } } }", false)]
    [InlineData("class A { void B() { try { } catch (IOException) { } } }", false)]
    [InlineData("class A { void B() { try { } catch (Exception) { /* why */ } } }", false)]
    [InlineData("class A { void B() { try { } catch (IOException) { /* why */ } } }", true)]
    [InlineData("class A { void B() { try { } catch { throw; } } }", true)]
    public void unfinished_code_is_found(string text, bool holds) =>
        Assert.Equal(holds, !SourceRules.Unfinished(new SourceFile(Folder + "A.cs", text)).Any());

    [Theory]
    [InlineData("[Fact] void A() { }", true)]
    [InlineData("[Fact(Skip = \"later\")] void A() { }", false)]
    [InlineData("void A() { Thread.Sleep(Pause); }", false)]
    [InlineData("Task A() => Task.Delay(10);", false)]
    [InlineData("Task A() => Task.Delay(TimeSpan.FromSeconds(1), stop);", false)]
    [InlineData("Task A() => Task.Delay(interval, clock);", true)]
    public void fixed_waits_and_skips_are_found(string member, bool holds) =>
        Assert.Equal(holds, !SourceRules.Waiting(new SourceFile("tests/P/A.cs", $"class T {{ {member} }}")).Any());
}
