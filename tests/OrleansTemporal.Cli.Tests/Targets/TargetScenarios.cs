using System.Text.Json;
using OrleansTemporal.Cli.Tests.Commands;

namespace OrleansTemporal.Cli.Tests.Targets;

/// <summary>Goal: every command does the same to a folder and to a server. Each test has a target of its own.</summary>
public abstract partial class TargetScenarios
{
    [Fact]
    public async Task a_document_can_be_read_as_of_every_version()
    {
        await OkAsync("put", "users", "ada", """{"name":"Ada","age":36}""");
        await OkAsync("put", "users", "ada", """{"name":"Ada","age":37,"tags":["x"]}""");
        await OkAsync("delete", "users", "ada");
        await OkAsync("put", "users", "ada", "[1.0, 9007199254740993]");

        Assert.Equal("[1,9007199254740993]", Compact(await OkAsync("get", "users", "ada")));
        Assert.Equal("""{"age":36,"name":"Ada"}""", Compact(await OkAsync("get", "users", "ada", "--as-of", "1")));
        Assert.Equal(1, (await RunAsync("", "get", "users", "ada", "--as-of", "3")).ExitCode);

        var history = (await OkAsync("history", "users", "ada", "--json")).Lines.Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal([1, 2, 3, 4], history.Select(version => version.GetProperty("sequence").GetInt64()));
        Assert.Equal([false, false, true, false], history.Select(version => version.GetProperty("deleted").GetBoolean()));
        for (var i = 1; i < history.Count; i++)
            Assert.Equal(history[i - 1].GetProperty("writeId").GetString(), history[i].GetProperty("previousWriteId").GetString());

        var second = history[1].GetProperty("systemTime").GetString()!;
        Assert.Contains("37", (await OkAsync("get", "users", "ada", "--as-of", second)).Output, StringComparison.Ordinal);
        Assert.Equal(["4", "3"], SequencesOf(await OkAsync("history", "users", "ada", "--desc", "--limit", "2", "--json")));
        Assert.Equal(["2", "3", "4"], SequencesOf(await OkAsync("history", "users", "ada", "--from", second, "--json")));
        Assert.Equal(["1"], SequencesOf(await OkAsync("history", "users", "ada", "--to", second, "--json")));
        Assert.Equal(["1"], SequencesOf(await OkAsync("history", "users", "ada", "--where", "age=36", "--json")));
        Assert.Equal(["2"], SequencesOf(await OkAsync("history", "users", "ada", "--where", "age>30", "--filter", """{"exists":"tags"}""", "--json")));
        Assert.Equal(2, (await RunAsync("", "history", "users", "ada", "--filter", "{")).ExitCode);
        Assert.Equal(1, (await RunAsync("", "history", "users", "nobody")).ExitCode);
    }

    [Fact]
    public async Task a_difference_names_what_changed()
    {
        await OkAsync("put", "users", "ada", """{"name":"Ada","age":36,"old":true}""");
        await OkAsync("put", "users", "ada", """{"name":"Ada","age":37,"tags":["x"]}""");
        Assert.Equal("- /old: true\n~ /age: 36 -> 37\n+ /tags: [\"x\"]\n", (await OkAsync("diff", "users", "ada", "--from", "1")).Output);
        Assert.Equal("no difference\n", (await OkAsync("diff", "users", "ada", "--from", "2", "--to", "2")).Output);
        await OkAsync("delete", "users", "ada");
        Assert.StartsWith("- (document): ", (await OkAsync("diff", "users", "ada", "--from", "2")).Output, StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync("", "diff", "users", "nobody", "--from", "2")).ExitCode);
    }

    [Fact]
    public async Task a_condition_that_does_not_hold_is_a_conflict()
    {
        var first = JsonDocument.Parse((await OkAsync("put", "users", "ada", "1", "--json")).Output).RootElement.GetProperty("writeId").GetString()!;
        Assert.Equal(3, (await RunAsync("", "put", "users", "ada", "2", "--if-absent")).ExitCode);
        await OkAsync("put", "users", "ada", "2", "--if-match", first);
        var late = await RunAsync("", "put", "users", "ada", "3", "--if-match", first);
        Assert.Equal(3, late.ExitCode);
        Assert.StartsWith("otemporal: precondition_failed: ", late.Error, StringComparison.Ordinal);
        Assert.Equal("2", Compact(await OkAsync("get", "users", "ada")));
    }

    [Fact]
    public async Task what_can_not_be_is_refused_with_its_code()
    {
        await FailsAsync(1, "key_not_found", "get", "users", "nobody");
        await FailsAsync(1, "key_not_found", "delete", "users", "nobody");
        await FailsAsync(1, "workspace_not_found", "get", "users", "ada", "--workspace", "nowhere");
        await FailsAsync(2, "malformed_json", "put", "users", "ada", "{name:1}");
        await FailsAsync(2, "malformed_json", "put", "users", "ada", """{"a":1,"a":2}""");
        await FailsAsync(2, "as_of_in_future", "list", "users", "--as-of", "2999-01-01");
        await FailsAsync(3, "workspace_protected", "workspaces", "delete", "default", "--yes");
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("a%2Fb")]
    [InlineData("a:b")]
    [InlineData("ä 名 ?#&+")]
    [InlineData("…")]
    [InlineData("...")]
    public async Task any_text_is_a_key(string key)
    {
        await OkAsync("put", "odd", key, "\"here\"");
        Assert.Equal("\"here\"", Compact(await OkAsync("get", "odd", key)));
        Assert.Equal(key, JsonDocument.Parse((await OkAsync("list", "odd", "--json")).Output).RootElement.GetProperty("key").GetString());
    }

    [Fact]
    public async Task lists_hold_for_a_moment_and_a_prefix()
    {
        var rows = string.Join('\n', Enumerable.Range(0, 2_500).Select(i => $$"""{"id":"k{{i:0000}}","n":{{i}}}"""));
        await RunOkAsync(rows, "import", "-", "-n", "many", "--key-field", "id");
        var moment = JsonDocument.Parse((await OkAsync("get", "many", "k2499", "--json")).Output).RootElement.GetProperty("systemTime").GetString()!;
        await OkAsync("put", "many", "later", "1");
        await OkAsync("delete", "many", "k0000");

        var now = (await OkAsync("list", "many", "--limit", "0", "--json")).Lines;
        Assert.Equal(2_500, now.Length);
        Assert.Equal(["k0010", "k0011"], KeysOf(await OkAsync("list", "many", "--prefix", "k001", "--limit", "2", "--json")));
        Assert.Contains("more than these 2", (await OkAsync("list", "many", "--limit", "2")).Error, StringComparison.Ordinal);
        var then = KeysOf(await OkAsync("list", "many", "--as-of", moment, "--limit", "0", "--json"));
        Assert.DoesNotContain("later", then);
        Assert.Equal(then.Order(StringComparer.Ordinal), then);
        var exported = await OkAsync("export", "many");
        Assert.Equal(2_500, exported.Lines.Length);
        Assert.Equal(2_499, JsonDocument.Parse(exported.Lines[2_498]).RootElement.GetProperty("value").GetProperty("n").GetInt32());

        var info = JsonDocument.Parse((await OkAsync("list", "--json")).Output).RootElement;
        Assert.Equal(("many", 2_500, 2_502), (info.GetProperty("name").GetString(), info.GetProperty("keyCount").GetInt32(), info.GetProperty("versionCount").GetInt32()));
    }

    [Fact]
    public async Task workspaces_are_apart()
    {
        await OkAsync("workspaces", "create", "staging");
        await OkAsync("put", "users", "ada", "1", "-w", "staging");
        Assert.Equal(1, (await RunAsync("", "get", "users", "ada")).ExitCode);
        Assert.Contains("staging", (await OkAsync("workspaces", "list")).Output, StringComparison.Ordinal);
        await OkAsync("workspaces", "delete", "staging", "--yes");
        Assert.Equal(1, (await RunAsync("", "get", "users", "ada", "-w", "staging")).ExitCode);
    }

    [Fact]
    public async Task answers_for_programs_keep_their_shape()
    {
        var put = await OkAsync("put", "users", "ada", """{"b":1,"a":[true]}""", "--json");
        var get = await OkAsync("get", "users", "ada", "--json");
        var list = await OkAsync("list", "users", "--json");
        var namespaces = await OkAsync("list", "--json");
        var diff = await OkAsync("diff", "users", "ada", "--from", "1", "--json");
        var verify = JsonDocument.Parse((await OkAsync("verify", "--json")).Output).RootElement;
        var status = JsonDocument.Parse((await OkAsync("status", "--json")).Output).RootElement;
        var agents = (await OkAsync("agents", "--kind", "kv", "--json")).Output;
        Assert.Equal(
            """
            {"agent":"kv/default/users/0","sequence":1,"systemTime":"<time>","root":"<hash>","key":"ada","writeId":"<write>","distinctionId":"<hash>","previousWriteId":null}
            {"key":"ada","value":{"a":[true],"b":1},"writeId":"<write>","distinctionId":"<hash>","previousWriteId":null,"causes":[],"sequence":1,"systemTime":"<time>","deleted":false,"erased":false}
            {"key":"ada","writeId":"<write>","systemTime":"<time>"}
            {"name":"users","keyCount":1,"versionCount":1,"bytes":18}
            []

            """.ReplaceLineEndings("\n"),
            Snapshots.Mask(put.Output + get.Output + list.Output + namespaces.Output + diff.Output));
        Assert.True(verify.GetProperty("verified").GetBoolean());
        Assert.True(status.GetProperty("ready").GetBoolean());
        Assert.Equal(1, status.GetProperty("keys").GetInt32());
        Assert.StartsWith("""{"agent":"kv/default/users/0","sequence":1,"root":"<hash>","bytes":{"hot":""", Snapshots.Mask(agents), StringComparison.Ordinal);
    }

    [Fact]
    public async Task answers_for_people_are_tables()
    {
        await OkAsync("put", "users", "ada", """{"name":"[red]Ada[/]"}""");
        Assert.Contains("\"[red]Ada[/]\"", (await OkAsync("history", "users", "ada")).Output, StringComparison.Ordinal);
        Assert.Contains(" users ", (await OkAsync("list")).Output, StringComparison.Ordinal);
        Assert.Contains(" ada ", (await OkAsync("list", "users")).Output, StringComparison.Ordinal);
        Assert.Contains("kv/default/users/0", (await OkAsync("agents")).Output, StringComparison.Ordinal);
        Assert.Contains("verified", (await OkAsync("verify")).Output, StringComparison.Ordinal);
        Assert.Contains(" yes ", (await OkAsync("status")).Output, StringComparison.Ordinal);
        Assert.Matches(@"\n\s+put .* [mµ]?s *\n\s+get .* [mµ]?s *\n", (await OkAsync("bench", "--seconds", "1", "--concurrency", "2")).Output.ReplaceLineEndings("\n"));
    }

    /// <summary>Runs a command against the target of this test.</summary>
    private protected abstract Task<TestTerminal> RunAsync(string input, params string[] arguments);

    private protected Task<TestTerminal> OkAsync(params string[] arguments) => RunOkAsync("", arguments);

    private static string Compact(TestTerminal run) => JsonSerializer.Serialize(JsonDocument.Parse(run.Output).RootElement);

    private static IEnumerable<string> KeysOf(TestTerminal run) =>
        run.Lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("key").GetString()!);

    private static IEnumerable<string> SequencesOf(TestTerminal run) =>
        run.Lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("sequence").GetRawText());

    private async Task<TestTerminal> RunOkAsync(string input, params string[] arguments)
    {
        var run = await RunAsync(input, arguments);
        Assert.True(run.ExitCode == 0, $"{string.Join(' ', arguments)}: {run.ExitCode} {run.Error}");
        return run;
    }

    private async Task FailsAsync(int exitCode, string code, params string[] arguments)
    {
        var run = await RunAsync("", arguments);
        Assert.Equal((exitCode, ""), (run.ExitCode, run.Output));
        Assert.StartsWith($"otemporal: {code}: ", run.Error, StringComparison.Ordinal);
    }
}
