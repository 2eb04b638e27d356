using System.Text;
using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Backups;

/// <summary>Backups, restores and genomes over REST.</summary>
public sealed class BackupTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task a_workspace_comes_back_after_it_was_removed()
    {
        await server.ExpectAsync(201, "PUT", "/v1/lost");
        await server.ExpectAsync(201, "PUT", "/v1/lost/kv/users/a", "1");
        await server.ExpectAsync(201, "PUT", "/v1/lost/kv/users/b", "2");
        var before = await server.ExpectAsync(200, "GET", "/v1/lost/genome");
        var saved = await RunAsync("/v1/lost/backups", """{"to":"nightly"}""");
        Assert.Equal("succeeded", saved["status"]);
        Assert.Equal(2, saved.Json.GetProperty("counts").GetProperty("agents").GetInt64());
        Assert.Equal(3, saved.Json.GetProperty("counts").GetProperty("deltas").GetInt64());
        var held = await server.ExpectAsync(200, "GET", "/v1/lost/backups/nightly");
        Assert.Equal(3, held.Json.GetProperty("deltas").GetInt64());
        await server.ExpectProblemAsync(409, "workspace_exists", "POST", "/v1/lost/restores", """{"from":"nightly"}""");

        await server.ExpectAsync(200, "DELETE", "/v1/lost");
        await server.ExpectProblemAsync(404, "workspace_not_found", "GET", "/v1/lost/kv/users/a");
        Assert.Equal("succeeded", (await RunAsync("/v1/lost/restores", """{"from":"nightly"}"""))["status"]);
        Assert.Equal("2", (await server.ExpectAsync(200, "GET", "/v1/lost/kv/users/b"))["value"]);
        var after = await server.ExpectAsync(200, "GET", "/v1/lost/genome");
        Assert.Equal(before["digest"], after["digest"]);
        await server.ExpectAsync(200, "PUT", "/v1/lost/kv/users/a", "3");
    }

    [Fact]
    public async Task what_can_not_be_is_said()
    {
        await server.ExpectAsync(201, "PUT", "/v1/some");
        await server.ExpectProblemAsync(404, "workspace_not_found", "POST", "/v1/absent/backups", """{"to":"x"}""");
        await server.ExpectProblemAsync(404, "backup_not_found", "POST", "/v1/absent/restores", """{"from":"nowhere"}""");
        await server.ExpectProblemAsync(404, "backup_not_found", "GET", "/v1/some/backups/nowhere");
        await server.ExpectProblemAsync(409, "workspace_exists", "POST", "/v1/default/restores", """{"from":"nowhere"}""");
        foreach (var name in new[] { "../x", "a/b", "", ".", "/etc" })
        {
            await server.ExpectProblemAsync(422, "invalid_name", "POST", "/v1/some/backups", $$"""{"to":"{{name}}"}""");
        }

        await server.ExpectProblemAsync(422, "invalid_field", "POST", "/v1/some/backups", "{}");
        await server.ExpectProblemAsync(422, "invalid_field", "POST", "/v1/some/backups", """{"to":7}""");
        await server.ExpectProblemAsync(422, "invalid_field", "POST", "/v1/some/backups", """{"to":"x","more":1}""");
        await server.ExpectProblemAsync(400, "malformed_json", "POST", "/v1/some/backups", "{");
    }

    [Fact]
    public async Task a_genome_has_at_most_a_kilobyte_for_each_agent_and_changes_with_every_delta()
    {
        var name = new string('g', Limits.NameLengthMax);
        await server.ExpectAsync(201, "PUT", $"/v1/{name}");
        await server.ExpectAsync(201, "PUT", $"/v1/{name}/kv/{name}/a", "1");
        var genome = await server.ExpectAsync(200, "GET", $"/v1/{name}/genome");
        Assert.All(genome.Json.GetProperty("agents").EnumerateArray(), static agent =>
            Assert.InRange(Encoding.UTF8.GetByteCount(agent.GetRawText()), 1, OrleansTemporal.Lifecycle.AgentGenome.JsonBytesMax));
        await server.ExpectAsync(200, "PUT", $"/v1/{name}/kv/{name}/a", "1");
        Assert.NotEqual(genome["digest"], (await server.ExpectAsync(200, "GET", $"/v1/{name}/genome"))["digest"]);
        await server.ExpectProblemAsync(404, "workspace_not_found", "GET", "/v1/absent/genome");
    }

    private async Task<Answer> RunAsync(string path, string body)
    {
        var accepted = await server.ExpectAsync(202, "POST", path, body);
        Answer? last = null;
        await Eventually.HoldsAsync("it ends", async () =>
            (last = await server.ExpectAsync(200, "GET", accepted.Header("Operation-Location")!))["status"] != "running");
        return last!;
    }
}
