using System.Diagnostics;
using OrleansTemporal.Agents;
using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Hosting;

namespace OrleansTemporal.Benchmarks.Kv;

/// <summary>How fast a journal full of 1 KB puts is recovered: read, verified (commitments, roots) and folded.</summary>
public sealed class KvRecoveryBenchmark : IMacroBenchmark
{
    public string Name => "kv-recovery";

    public string Description => "deltas recovered a second with 1 KB values [deltas 500000] [rounds 3] [folder to keep and use again]";

    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var deltas = KvBench.Argument(args, 0, 500_000);
        var kept = args.Length > 2 ? Directory.CreateDirectory(args[2]).FullName : null;
        var folder = kept ?? KvBench.NewFolder("kv-recovery");

        // Nothing is sealed, so that everything has to be recovered from the journal.
        var storage = new StorageOptions { GenerationBytesMax = 1 << 30, MemoryBytesMax = 4L << 30, JournalBytesMax = 8L << 30, JournalFileBytes = 1 << 30 };
        try
        {
            if (KvBench.FolderBytes(folder) == 0)
            {
                await using var db = await KvBench.OpenAsync(folder, storage);
                var bench = db.Kv("bench");
                for (var at = 0; at < deltas; at += 1_000)
                {
                    await Task.WhenAll(Enumerable.Range(at, 1_000).Select(i => bench.PutJsonAsync($"key{i % 100_000:D9}", KvBench.Document(i, 1_024)).AsTask()));
                }
            }

            var rates = new List<double>();
            for (var round = 0; round < KvBench.Argument(args, 1, 3); round++)
            {
                // A process that starts has no garbage of the one before it.
                GC.Collect();
                var start = Stopwatch.GetTimestamp();
                await using var db = await KvBench.OpenAsync(folder, storage);
                var opened = Stopwatch.GetElapsedTime(start);
                var status = (await db.Agents.GetAsync(CallContext.Local, "default", Causality.AgentKind.Kv, "bench", cancellationToken))[0];
                var recovered = Stopwatch.GetElapsedTime(start);
                rates.Add((status.Sequence - status.SealedThrough) / recovered.TotalSeconds);
                Console.WriteLine($"  {status.Sequence - status.SealedThrough:N0} deltas in {recovered.TotalMilliseconds:N0} ms (journal opened after {opened.TotalMilliseconds:N0} ms), hot {status.HotBytes >> 20} MiB");
            }

            Console.WriteLine($"kv-recovery: median {KvBench.Median(rates):N0} deltas/s");
            return 0;
        }
        finally
        {
            if (kept is null)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }
}
