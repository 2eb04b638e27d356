using System.Text.Json;
using OrleansTemporal.Cli.Tests.Commands;

namespace OrleansTemporal.Cli.Tests.Targets;

public abstract partial class TargetScenarios
{
    [Fact]
    public async Task lineage_is_followed_from_effects_to_causes_and_back()
    {
        var root = await WriteAsync("raw", "a");
        var left = await WriteAsync("clean", "a", "1", "--cause", root);
        var right = await WriteAsync("clean", "b", "1", "--cause", root);
        var report = await WriteAsync("reports", "july", "1", "--cause", left, "--cause", right);

        Assert.Equal([left, right, root], WriteIdsOf(await OkAsync("lineage", "ancestors", report, "--json")));
        Assert.Equal([left, right], WriteIdsOf(await OkAsync("lineage", "ancestors", report, "--depth", "1", "--json")));
        Assert.Equal([left], WriteIdsOf(await OkAsync("lineage", "ancestors", report, "--limit", "1", "--json")));
        Assert.Contains("more than these 1", (await OkAsync("lineage", "ancestors", report, "--limit", "1")).Error, StringComparison.Ordinal);
        Assert.Equal([left, right, report], WriteIdsOf(await OkAsync("lineage", "descendants", root, "--json")));
        Assert.Equal([root], WriteIdsOf(await OkAsync("lineage", "commonAncestor", left, "--with", right, "--json")));
        var path = await OkAsync("lineage", "path", root, "--with", report);
        Assert.Contains("reports/july", path.Output, StringComparison.Ordinal);
        Assert.EndsWith("connected\n", path.Output, StringComparison.Ordinal);
        var apart = await RunAsync("", "lineage", "connected", root, "--with", report, "--direction", "causes", "--json");
        Assert.Equal((1, """{"connected":false}"""), (apart.ExitCode, apart.Output.Trim()));
        var walks = await OkAsync("lineage", "randomWalks", root, "--walks", "2", "--seed", "3", "--json");
        Assert.Equal(2, walks.Lines.Length);
        Assert.Equal(root, JsonDocument.Parse(walks.Lines[0]).RootElement.GetProperty("nodes")[0].GetProperty("writeId").GetString());

        await FailsAsync(1, "write_not_found", "lineage", "ancestors", "00000001000000000000000a0000");
        await FailsAsync(2, "cause_not_found", "put", "raw", "b", "1", "--cause", "00000001000000000000000a0000");
        await FailsAsync(2, "invalid_field", "lineage", "ancestors", "raw/a");
    }

    [Fact]
    public async Task lineage_of_documents_follows_their_references()
    {
        await WriteAsync("people", "mann");
        await WriteAsync("people", "alone");
        for (var i = 0; i < 3; i++)
            await WriteAsync("films", $"f{i}", """{"director":{"$ref":"people/mann"}}""");

        Assert.Equal(["f0", "f1", "f2"], KeysOf(await OkAsync("lineage", "referrers", "people/mann", "--limit", "0", "--json")));
        Assert.Equal(["alone"], KeysOf(await OkAsync("lineage", "unreachable", "films/f0", "--namespace", "people", "--json")));
        var most = await OkAsync("lineage", "mostReferenced");
        Assert.Contains("people/mann", most.Output, StringComparison.Ordinal);
        await OkAsync("delete", "people", "mann");
        Assert.Contains("people/mann (missing)", (await OkAsync("lineage", "references", "films/f1")).Output, StringComparison.Ordinal);
    }

    private async Task<string> WriteAsync(string ns, string key, string json = "1", params string[] options) =>
        JsonDocument.Parse((await OkAsync(["put", ns, key, json, "--json", .. options])).Output).RootElement.GetProperty("writeId").GetString()!;

    private static IEnumerable<string> WriteIdsOf(TestTerminal run) =>
        run.Lines.Select(static line => JsonDocument.Parse(line).RootElement.GetProperty("writeId").GetString()!);
}
