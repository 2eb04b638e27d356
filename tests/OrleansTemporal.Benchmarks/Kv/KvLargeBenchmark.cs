using System.Diagnostics;
using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Causality;
using OrleansTemporal.Hosting;

namespace OrleansTemporal.Benchmarks.Kv;

/// <summary>State far larger than memory: run it under DOTNET_GCHeapHardLimit=0x40000000 (1 GiB). Checks every answer.</summary>
public sealed class KvLargeBenchmark : IMacroBenchmark
{
    private const int Batch = 500;

    public string Name => "kv-large";

    public string Description => "keys of 1 KB, then get, as of, list and reopen, all checked [keys 10000000]";

    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var keys = KvBench.Argument(args, 0, 10_000_000);
        var folder = KvBench.NewFolder("kv-large");
        var storage = new StorageOptions { MemoryBytesMax = 192L << 20, CacheBytesMax = 128L << 20, GenerationBytesMax = 32L << 20, JournalBytesMax = 512L << 20 };
        try
        {
            HybridTimestamp loaded;
            await using (var db = await KvBench.OpenAsync(folder, storage))
            {
                var start = Stopwatch.GetTimestamp();
                await LoadAsync(db, keys);
                loaded = db.SystemTime;
                Console.WriteLine($"  loaded {keys:N0} keys in {Stopwatch.GetElapsedTime(start).TotalSeconds:N0} s, {Resident()}");
                for (var i = 0; i < 10_000; i++)
                {
                    await db.Kv("large").PutJsonAsync(Key(i * 997L % keys), "{\"changed\":true}"u8.ToArray(), cancellationToken);
                }

                await CheckAsync(db, keys, loaded, "before");
            }

            var opening = Stopwatch.GetTimestamp();
            await using (var db = await KvBench.OpenAsync(folder, storage))
            {
                await db.Kv("large").GetVersionAsync(Key(0), cancellationToken: cancellationToken);
                Console.WriteLine($"  reopened and answered after {Stopwatch.GetElapsedTime(opening).TotalMilliseconds:N0} ms");
                await CheckAsync(db, keys, loaded, "after reopening");
            }

            Console.WriteLine($"kv-large: {keys:N0} keys correct; heap limit {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20} MiB; folder {KvBench.FolderBytes(folder) >> 20:N0} MiB");
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task LoadAsync(TemporalDatabase db, int keys)
    {
        var large = db.Kv("large");
        for (var at = 0; at < keys; at += Batch)
        {
            var from = at;
            await Task.WhenAll(Enumerable.Range(0, Math.Min(Batch, keys - at)).Select(i => large.PutJsonAsync(Key(from + i), KvBench.Document(from + i, 1_024)).AsTask()));
        }
    }

    private static async Task CheckAsync(TemporalDatabase db, int keys, HybridTimestamp loaded, string when)
    {
        var large = db.Kv("large");
        var start = Stopwatch.GetTimestamp();
        var random = new Random(7);
        const int reads = 20_000;
        for (var i = 0; i < reads; i++)
        {
            var key = random.NextInt64(keys);
            var then = await large.GetVersionAsync(Key(key), AsOf.At(loaded)) ?? throw new InvalidOperationException($"{Key(key)} is missing as of then");
            if (!then.Value.Span.SequenceEqual(KvBench.Document(key, 1_024)))
            {
                throw new InvalidOperationException($"{Key(key)} was different then");
            }

            _ = await large.GetVersionAsync(Key(key)) ?? throw new InvalidOperationException($"{Key(key)} is missing");
        }

        Console.WriteLine($"  {when}: {reads:N0} random reads as of and latest at {2 * reads / Stopwatch.GetElapsedTime(start).TotalSeconds:N0}/s, {Resident()}");
        start = Stopwatch.GetTimestamp();
        var count = 0L;
        var cursor = (string?)null;
        var pages = Math.Min(keys / Limits.PageCountMax, 20);
        for (var page = 0; page < pages; page++)
        {
            var listed = await db.KvService.ListAsync(
                Agents.CallContext.Local, "default", "large", new OrleansTemporal.Kv.KvListQuery { Limit = Limits.PageCountMax, After = cursor, AsOf = AsOf.At(loaded) }, CancellationToken.None);
            foreach (var entry in listed.Entries)
            {
                if (entry.Key != Key(count++))
                {
                    throw new InvalidOperationException($"the list has {entry.Key} where {Key(count - 1)} belongs");
                }
            }

            cursor = listed.Next;
        }

        Console.WriteLine($"  {when}: listed {count:N0} keys in order at {count / Stopwatch.GetElapsedTime(start).TotalSeconds:N0}/s");
    }

    private static string Key(long number) => $"key{number:D9}";

    private static string Resident() => $"{Process.GetCurrentProcess().WorkingSet64 >> 20:N0} MiB resident, heap {GC.GetTotalMemory(false) >> 20:N0} MiB";
}
