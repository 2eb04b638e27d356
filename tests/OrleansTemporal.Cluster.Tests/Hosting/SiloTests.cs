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
        var arguments = Arguments(settings);
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
    [InlineData("Kind", "azure", "has the ServiceUri", "Azure")]
    [InlineData("Kind", "postgres", "names the database", "Postgres:ConnectionString")]
    [InlineData("PrimaryPort", "70000", "is a port")]
    [InlineData("ProbeTimeout", "00:00:00.001", "is between 100 ms and a minute")]
    [InlineData("Address", "localhost", "is an IP address")]
    [InlineData("Address", "10.0.0.1", "is loopback, unless")]
    public async Task settings_of_the_cluster_that_can_not_work_are_refused_in_a_sentence(string name, string value, string sentence, string? named = null)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"ot-refused-{name}-{Environment.ProcessId}");
        await using var process = RunningServer.Begin("--urls", "http://127.0.0.1:0", "--OrleansTemporal:DataDirectory", folder, $"--{ClusterSettings.SectionName}:{name}={value}");
        Assert.Equal(1, await process.WaitForExitAsync());
        Assert.Contains($"{ClusterSettings.SectionName}:{named ?? name} {sentence}", process.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task a_cluster_kind_that_nobody_knows_is_refused_in_a_sentence()
    {
        await using var process = RunningServer.Begin("--urls", "http://127.0.0.1:0", $"--{ClusterSettings.SectionName}:Kind=zookeeper");
        Assert.Equal(1, await process.WaitForExitAsync());
        Assert.Contains("OrleansTemporal can not start: Failed to convert configuration value", process.Output, StringComparison.Ordinal);
        Assert.Contains($"{ClusterSettings.SectionName}:Kind", process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_second_silo_on_a_folder_is_refused_in_a_sentence()
    {
        var folder = Directory.CreateTempSubdirectory("ot-second-").FullName;
        var (first, second) = (ServersAreSilos.Settings(), ServersAreSilos.Settings());
        second[$"{ClusterSettings.SectionName}:ClusterId"] = first[$"{ClusterSettings.SectionName}:ClusterId"];
        second[$"{ClusterSettings.SectionName}:PrimaryPort"] = first[$"{ClusterSettings.SectionName}:SiloPort"];
        try
        {
            await using var one = await RunningServer.StartAsync(Path.Combine(folder, "one"), Arguments(first));
            await using var other = RunningServer.Begin(["--urls", "http://127.0.0.1:0", "--OrleansTemporal:DataDirectory", Path.Combine(folder, "other"), .. Arguments(second)]);
            Assert.Equal(1, await other.WaitForExitAsync());
            Assert.Contains("serves one silo alone", other.Output, StringComparison.Ordinal);
            Assert.Contains("Several silos need a store that all of them reach", other.Output, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.Created, (await one.Client.PutAsync("/v1/default/kv/n/k", new StringContent("1"))).StatusCode);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string[] Arguments(Dictionary<string, string> settings) => [.. settings.SelectMany(static setting => (string[])[$"--{setting.Key}", setting.Value])];

    private static async Task<Dictionary<AgentId, Distinction>> RootsAsync(TemporalClient client) =>
        (await client.Agents.ListAsync(Agents.CallContext.Local, "default", null, CancellationToken.None)).ToDictionary(static status => status.Agent, static status => status.Root);
}
