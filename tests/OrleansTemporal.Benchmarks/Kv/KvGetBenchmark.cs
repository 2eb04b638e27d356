using System.Diagnostics;
using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Causality;
using OrleansTemporal.Hosting;

namespace OrleansTemporal.Benchmarks.Kv;

/// <summary>Reads from one thread: the latest version, as of a moment with 100 versions a key, history; then memory for each key.</summary>
public sealed class KvGetBenchmark : IMacroBenchmark
{
    private const int Keys = 1_000;
    private const int Versions = 100;
    private const int Rounds = 5;

    public string Name => "kv-get";

    public string Description => "latest, as of and history from memory and from segments; bytes of memory a key [keys for memory 1000000] [only what contains this]";

    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var folder = KvBench.NewFolder("kv-get");
        var only = args.Length > 1 ? args[1] : "";
        try
        {
            List<HybridTimestamp> moments = [];
            await using (var db = await KvBench.OpenAsync(folder))
            {
                for (var version = 0; version < Versions; version++)
                {
                    await Task.WhenAll(Enumerable.Range(0, Keys).Select(key => db.Kv("bench").PutJsonAsync($"key{key:D6}", KvBench.Document((version * Keys) + key, 100)).AsTask()));
                    moments.Add(db.SystemTime);
                }

                await ReadAsync(db, moments, "memory", only);
                while (await SealAsync(db, cancellationToken))
                {
                    // Until nothing is left to seal.
                }
            }

            await using (var db = await KvBench.OpenAsync(folder))
            {
                await ReadAsync(db, moments, "segments after restart", only);
            }

            await MemoryAsync(folder, KvBench.Argument(args, 0, 1_000_000));
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async ValueTask<bool> SealAsync(TemporalDatabase db, CancellationToken cancellationToken)
    {
        var more = false;
        foreach (var agent in db.Directory.Agents)
        {
            more |= await agent.MaintainAsync(new Agents.MaintenanceBudget { SealEverything = true, AllowMerges = false }, cancellationToken);
        }

        return more;
    }

    private static async Task ReadAsync(TemporalDatabase db, List<HybridTimestamp> moments, string from, string only)
    {
        var bench = db.Kv("bench");
        var keys = Enumerable.Range(0, Keys).Select(static key => $"key{key:D6}").ToArray();
        await RateAsync(only, $"get latest from {from}", 1, async i => await bench.GetVersionAsync(keys[i % Keys]));
        await RateAsync(only, $"get as of from {from}", 1, async i => await bench.GetVersionAsync(keys[i * 31 % Keys], AsOf.At(moments[i % Versions])));
        await RateAsync(only, $"history of {Versions} versions from {from}", Versions, async i => await bench.GetHistoryAsync(keys[i % Keys], Versions));
    }

    private static async Task RateAsync(string only, string what, int rows, Func<int, ValueTask> read)
    {
        if (!what.Contains(only, StringComparison.Ordinal))
        {
            return;
        }

        var rates = new List<double>();
        for (var round = 0; round <= Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            var count = 0;
            while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(1))
            {
                for (var i = 0; i < 256; i++)
                {
                    await read(count++);
                }
            }

            rates.Add(count * (double)rows / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        Console.WriteLine($"kv-get: {what}: {KvBench.Median(rates.Skip(1)):N0}/s");
    }

    private static async Task MemoryAsync(string folder, int keys)
    {
        Directory.Delete(folder, recursive: true);
        await using var db = await KvBench.OpenAsync(folder, new StorageOptions { GenerationBytesMax = 1 << 30, MemoryBytesMax = 4L << 30, JournalBytesMax = 8L << 30 });
        var bench = db.Kv("bench");
        await bench.PutJsonAsync("warm", KvBench.Document(0, 100));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var valueBytes = 0L;
        for (var at = 0; at < keys; at += 1_000)
        {
            var from = at;
            await Task.WhenAll(Enumerable.Range(0, Math.Min(1_000, keys - at)).Select(i =>
            {
                var document = KvBench.Document(from + i, 100);
                Interlocked.Add(ref valueBytes, document.Length);
                return bench.PutJsonAsync($"key{from + i:D9}", document).AsTask();
            }));
        }

        var after = GC.GetTotalMemory(forceFullCollection: true);
        const int keyBytes = 12;
        Console.WriteLine($"kv-get: {keys:N0} keys in memory: {((double)(after - before - valueBytes) / keys) - keyBytes:0} bytes a key beyond key ({keyBytes} bytes of UTF-8) and value");
    }
}
