using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Agents;

/// <summary>Agents, verification and operations over REST.</summary>
public sealed class AgentTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task agents_show_sequence_root_and_sizes()
    {
        var put = await server.ExpectAsync(201, "PUT", "/v1/default/kv/users/a", "1");
        var list = await server.ExpectAsync(200, "GET", "/v1/default/agents?kind=kv");
        var row = Assert.Single(list.Rows, agent => agent.GetProperty("agent").GetString() == put["agent"]);
        Assert.Equal(put["sequence"], row.GetProperty("sequence").ToString());
        Assert.Equal(put["root"], row.GetProperty("root").GetString());
        Assert.True(row.GetProperty("bytes").GetProperty("hot").GetInt64() >= 0);
        var detail = await server.ExpectAsync(200, "GET", "/v1/default/agents/kv/users");
        Assert.Equal(put["root"], detail["root"]);
        Assert.Equal(1, detail.Json.GetProperty("partitions").GetArrayLength());
        await server.ExpectProblemAsync(404, "agent_not_found", "GET", "/v1/default/agents/kv/absent");
        await server.ExpectProblemAsync(422, "invalid_field", "GET", "/v1/default/agents?kind=x");
        await server.ExpectProblemAsync(422, "invalid_field", "GET", "/v1/default/agents/x/users");
        await server.ExpectProblemAsync(400, "malformed_parameter", "GET", "/v1/default/agents?after=x");
    }

    [Fact]
    public async Task every_partition_is_an_agent_and_the_list_is_paged()
    {
        await server.ExpectAsync(201, "PUT", "/v1/parts");
        await server.ExpectAsync(201, "PUT", "/v1/parts/kv/wide/_settings", """{"partitions":4}""");
        for (var i = 0; i < 40; i++)
        {
            await server.ExpectAsync(201, "PUT", $"/v1/parts/kv/wide/k{i}", "1");
        }

        var detail = await server.ExpectAsync(200, "GET", "/v1/parts/agents/kv/wide");
        Assert.Equal(4, detail.Json.GetProperty("partitions").GetArrayLength());
        Assert.Null(detail["agent"]);
        var agents = new List<string>();
        for (string? next = "/v1/parts/agents?kind=kv&limit=3"; next is not null;)
        {
            var page = await server.ExpectAsync(200, "GET", next);
            agents.AddRange(page.Rows.Select(row => row.GetProperty("agent").GetString()!));
            next = page["nextLink"];
        }

        Assert.Equal(Enumerable.Range(0, 4).Select(i => $"kv/parts/wide/{i}"), agents);
    }

    [Fact]
    public async Task verify_is_an_operation_that_succeeds()
    {
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/verified/a", "1");
        var accepted = await server.ExpectAsync(202, "POST", "/v1/default/verify");
        var location = accepted.Header("Operation-Location")!;
        Assert.Equal("verify", accepted["process"]);
        Answer? last = null;
        await Eventually.HoldsAsync("the verification ends", async () =>
            (last = await server.ExpectAsync(200, "GET", location))["status"] != "running");
        Assert.Equal("succeeded", last!["status"]);
        Assert.Equal(1, last.Json.GetProperty("progress").GetDouble());
        Assert.Null(last["fault"]);
        await server.ExpectProblemAsync(404, "operation_not_found", "GET", "/v1/default/operations/absent");
    }
}
