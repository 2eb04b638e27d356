using System.Globalization;
using OrleansTemporal.Benchmarks.Kv;
using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Cluster.Benchmarks.Hosting;
using OrleansTemporal.Hosting;
using OrleansTemporal.Storage.Azure.Hosting;

namespace OrleansTemporal.Cluster.Benchmarks.Kv;

/// <summary>Batches on two silos over the account, or emulator, that <c>OT_AZURE_CONNECTION</c> names, beside the same batches in one process without Orleans, turn by turn.</summary>
public sealed class AzureSilosBenchmark : IMacroBenchmark
{
    private const string ConnectionVariable = "OT_AZURE_CONNECTION";
    private const int Callers = 16;

    public string Name => "azure-silos";

    public string Description => "batches of 100 by 16 callers on two silos over Azure storage beside the same without Orleans [seconds 10] [rounds 3] [namespaces 4]";

    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var (seconds, rounds, namespaces) = (KvBench.Argument(args, 0, 10), KvBench.Argument(args, 1, 3), KvBench.Argument(args, 2, 4));
        if (Environment.GetEnvironmentVariable(ConnectionVariable) is not { Length: > 0 } connection)
        {
            Console.Error.WriteLine($"{ConnectionVariable} is the connection string of the account or emulator to use.");
            return 1;
        }

        TemporalOptions At(string container) => new()
        {
            Backend = new AzureStorage(new AzureStorageOptions { ConnectionString = connection, Container = $"{container}{Environment.ProcessId}" }),
        };
        await using var embedded = await TemporalDatabase.OpenAsync(At("alone"), cancellationToken);
        await using var first = await BenchSilo.StartAsync(At("silos"));
        await using var second = await BenchSilo.StartAsync(At("silos"), first);
        var (here, there) = (new List<double>(), new List<double>());
        for (var round = -1; round < rounds; round++)
        {
            var one = await KvLoad.BatchAsync([embedded.KvService], "batch", namespaces, seconds, Callers);
            var two = await KvLoad.BatchAsync([first.Database.KvService, second.Database.KvService], "batch", namespaces, seconds, Callers);
            if (round >= 0)
            {
                here.Add(one);
                there.Add(two);
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  batches of 100, 16 callers, {namespaces} namespaces: two silos {KvBench.Median(there):N0} puts/s, without Orleans {KvBench.Median(here):N0}; ratio {KvBench.Median(there.Select((one, round) => one / here[round])):0.00}"));
        return 0;
    }
}
