using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using OrleansTemporal.Causality;
using OrleansTemporal.Cluster.Tests.Testing;
using OrleansTemporal.Hosting;
using OrleansTemporal.Http.Tests.Testing;
using OrleansTemporal.Kv;
using OrleansTemporal.Server.Tests.Hosting;

namespace OrleansTemporal.Cluster.Tests.Hosting;

/// <summary>The silo: what its REST front end and cluster clients of other processes see is one.</summary>
public sealed class SiloTests(TestServer server) : IClassFixture<TestServer>
{
    /// <summary>Without this, every test that is taken over from the single server could pass without a silo.</summary>
    [Fact]
    public async Task requests_of_the_tests_taken_over_are_answered_by_grains()
    {
        await server.ExpectAsync(201, "PUT", "/v1/default/kv/grains/a", "1");
        var management = server.Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0);
        Assert.Contains("kv/default/grains/0", (await management.GetActiveGrains(GrainType.Create("ot.storage"))).Select(static grain => grain.Key.ToString()));
        Assert.Equal("OrleansTemporal.Silo.dll", RunningServer.Executable);
    }

    [Fact]
    public async Task a_client_of_another_process_and_rest_see_the_same_documents_through_a_restart()
    {
        var folder = Directory.CreateTempSubdirectory("ot-process-").FullName;
        var settings = ServersAreSilos.Settings();
        string[] arguments = [.. settings.SelectMany(static setting => (string[])[$"--{setting.Key}", setting.Value])];
        try
        {
            Dictionary<AgentId, Distinction> roots;
            await using (var process = await RunningServer.StartAsync(folder, arguments))
            using (var host = await OutsideClient.ConnectAsync(settings))
            {
                var client = host.Services.GetRequiredService<TemporalClient>();
                await client.Kv("n").PutAsync("from-client", new { by = "client" });
                Assert.Equal(HttpStatusCode.Created, (await process.Client.PutAsync("/v1/default/kv/n/from-rest", new StringContent("2"))).StatusCode);
                Assert.Equal(2, await client.Kv("n").GetAsync<int>("from-rest"));
                Assert.Contains("\"by\":\"client\"", await process.Client.GetStringAsync("/v1/default/kv/n/from-client"), StringComparison.Ordinal);
                roots = await RootsAsync(client);
                process.Terminate();
                Assert.Equal(0, await process.WaitForExitAsync());
                await host.StopAsync();
            }

            await using (await RunningServer.StartAsync(folder, arguments))
            using (var host = await OutsideClient.ConnectAsync(settings))
            {
                var client = host.Services.GetRequiredService<TemporalClient>();
                Assert.Equal(roots, await RootsAsync(client));
                Assert.Equal(["from-client", "from-rest"], (await client.Kv("n").ListAsync()).Entries.Select(static entry => entry.Key));
                await host.StopAsync();
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("SiloPort", "0", "is a port")]
    [InlineData("GatewayPort", "70000", "is a port")]
    [InlineData("ClusterId", " ", "is not empty")]
    public async Task settings_of_the_cluster_that_can_not_work_are_refused_in_a_sentence(string name, string value, string sentence)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"ot-refused-{name}-{Environment.ProcessId}");
        await using var process = RunningServer.Begin("--urls", "http://127.0.0.1:0", "--OrleansTemporal:DataDirectory", folder, $"--{ClusterSettings.SectionName}:{name}={value}");
        Assert.Equal(1, await process.WaitForExitAsync());
        Assert.Contains($"{ClusterSettings.SectionName}:{name} {sentence}", process.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder));
    }

    private static async Task<Dictionary<AgentId, Distinction>> RootsAsync(TemporalClient client) =>
        (await client.Agents.ListAsync(Agents.CallContext.Local, "default", null, CancellationToken.None)).ToDictionary(static status => status.Agent, static status => status.Root);
}
