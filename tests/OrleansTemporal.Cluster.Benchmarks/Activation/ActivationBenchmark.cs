using System.Diagnostics;
using System.Globalization;
using OrleansTemporal.Agents;
using OrleansTemporal.Benchmarks.Kv;
using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Causality;
using OrleansTemporal.Cluster.Benchmarks.Hosting;
using OrleansTemporal.Hosting;
using OrleansTemporal.Kv;
using OrleansTemporal.Storage.Azure.Hosting;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Cluster.Benchmarks.Activation;

/// <summary>The first call of an agent that lives nowhere: from a checkpoint, and with all of its deltas in the log.</summary>
public sealed class ActivationBenchmark : IMacroBenchmark
{
    private const string ConnectionVariable = "OT_AZURE_CONNECTION";
    private const string Namespace = "bench";
    private const int DocumentBytes = 256;

    public string Name => "activation";

    public string Description => "the first call of an agent that lives nowhere, over a folder or over OT_AZURE_CONNECTION [deltas 10000] [rounds 21]";

    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var (deltas, rounds) = (KvBench.Argument(args, 0, 10_000), KvBench.Argument(args, 1, 21));
        var folder = KvBench.NewFolder("activation");
        try
        {
            var azure = Environment.GetEnvironmentVariable(ConnectionVariable);
            await using var silo = await BenchSilo.StartAsync(new TemporalOptions
            {
                DataDirectory = Path.Combine(folder, "silo"),
                Backend = azure is null ? null : new AzureStorage(new AzureStorageOptions { ConnectionString = azure, Container = $"activation{Environment.ProcessId}" }),
            });
            await Task.WhenAll(Enumerable.Range(0, 100).Select(async caller =>
            {
                for (var i = caller; i < deltas; i += 100)
                {
                    await silo.Database.KvService.PutAsync(
                        CallContext.Local, WorkspaceService.DefaultName, Namespace, $"k{i}", KvBench.Document(i, DocumentBytes), KvPutOptions.None, cancellationToken);
                }
            }));
            var agent = silo.Grains.GetGrain<IStorageGrain>(new AgentId(WorkspaceService.DefaultName, AgentKind.Kv, Namespace, 0).ToString());
            var place = azure is null ? "a folder" : "Azure storage";
            Console.WriteLine($"  {deltas:N0} deltas, {place}, in the log: {await FirstCallAsync(agent, rounds, cancellationToken)}");
            while (await agent.MaintainAsync(new MaintenanceBudget { SealEverything = true, AllowMerges = false }, cancellationToken))
            {
                // Each turn seals one generation.
            }

            Console.WriteLine($"  {deltas:N0} deltas, {place}, from a checkpoint: {await FirstCallAsync(agent, rounds, cancellationToken)}");
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<string> FirstCallAsync(IStorageGrain agent, int rounds, CancellationToken cancellationToken)
    {
        var took = new List<double>();
        for (var round = -1; round < rounds; round++)
        {
            await agent.CloseAsync(cancellationToken);
            var start = Stopwatch.GetTimestamp();
            await agent.GetAsync("k0", AsOf.Latest, cancellationToken);
            if (round >= 0)
            {
                took.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{KvBench.Median(took):0.0} ms ({took.Min():0.0}–{took.Max():0.0}), {rounds} rounds");
    }
}
