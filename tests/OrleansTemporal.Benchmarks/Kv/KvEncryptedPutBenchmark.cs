using OrleansTemporal.Agents;
using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Encryption;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Benchmarks.Kv;

/// <summary>What encryption costs: the same puts into a namespace without and with a data key, turn by turn, each into a new database.</summary>
public sealed class KvEncryptedPutBenchmark : IMacroBenchmark
{
    private const string Workspace = "default";
    private const string Namespace = "bench";
    private const int WarmUpSeconds = 6;

    public string Name => "kv-put-encrypted";

    public string Description => "durable puts of 1 KB JSON without and with a data key [seconds 5] [callers 256] [rounds 5]";

    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var seconds = KvBench.Argument(args, 0, 5);
        var callers = KvBench.Argument(args, 1, 256);
        var rounds = KvBench.Argument(args, 2, 5);
        var folder = KvBench.NewFolder(Name);
        try
        {
            var (plain, encrypted, ratios) = (new List<double>(), new List<double>(), new List<double>());
            for (var round = 0; round < rounds; round++)
            {
                // Who goes first changes, and each has a database of its own: neither bears what the other has left to seal.
                foreach (var policy in (DataKeyPolicy[])(round % 2 == 0 ? [DataKeyPolicy.None, DataKeyPolicy.Own] : [DataKeyPolicy.Own, DataKeyPolicy.None]))
                {
                    Console.WriteLine($"  data key {DataKeyPolicies.NameOf(policy)}:");
                    (policy == DataKeyPolicy.None ? plain : encrypted).Add(await MeasureAsync(folder, policy, seconds, callers, cancellationToken));
                }

                ratios.Add(encrypted[^1] / plain[^1]);
            }

            Console.WriteLine(
                $"{Name}: {callers} callers, medians of {rounds}: {KvBench.Median(plain):N0} puts/s without, {KvBench.Median(encrypted):N0} with a data key; ratio by round {string.Join(' ', ratios.Select(static ratio => $"{ratio:0.00}"))}, median {KvBench.Median(ratios):0.00}");
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double> MeasureAsync(string folder, DataKeyPolicy policy, int seconds, int callers, CancellationToken cancellationToken)
    {
        Directory.Delete(folder, recursive: true);
        await using var db = await KvBench.OpenAsync(folder);
        await db.KvService.PutSettingsAsync(CallContext.Local, Workspace, Namespace, new KvSettings { DataKey = policy }, cancellationToken);
        await KvPutBenchmark.ManyAsync(db, WarmUpSeconds, callers, warmUp: true, Namespace);
        return await KvPutBenchmark.ManyAsync(db, seconds, callers, warmUp: false, Namespace);
    }
}
