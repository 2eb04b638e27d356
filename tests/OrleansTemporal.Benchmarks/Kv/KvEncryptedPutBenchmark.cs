using OrleansTemporal.Agents;
using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Encryption;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Benchmarks.Kv;

/// <summary>What encryption costs: the same puts into a namespace without and with a data key, turn by turn in one process.</summary>
public sealed class KvEncryptedPutBenchmark : IMacroBenchmark
{
    private const string Workspace = "default";
    private const int WarmUpSeconds = 8;

    public string Name => "kv-put-encrypted";

    public string Description => "durable puts of 1 KB JSON without and with a data key [seconds 5] [callers 256] [rounds 7]";

    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var seconds = KvBench.Argument(args, 0, 5);
        var callers = KvBench.Argument(args, 1, 256);
        var rounds = KvBench.Argument(args, 2, 7);
        var folder = KvBench.NewFolder(Name);
        try
        {
            await using var db = await KvBench.OpenAsync(folder);
            await db.KvService.PutSettingsAsync(CallContext.Local, Workspace, "sealed", new KvSettings { DataKey = DataKeyPolicy.Own }, cancellationToken);
            foreach (var ns in (string[])["open", "sealed"])
            {
                await KvPutBenchmark.ManyAsync(db, WarmUpSeconds, callers, warmUp: true, ns);
            }

            var (plain, encrypted, ratios) = (new List<double>(), new List<double>(), new List<double>());
            for (var round = 0; round < rounds; round++)
            {
                // Who goes first changes, so that neither always has the other's backlog of sealing to bear.
                foreach (var ns in (string[])(round % 2 == 0 ? ["open", "sealed"] : ["sealed", "open"]))
                {
                    Console.WriteLine($"  {ns}:");
                    (ns == "open" ? plain : encrypted).Add(await KvPutBenchmark.ManyAsync(db, seconds, callers, warmUp: false, ns));
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
}
