using System.Diagnostics;
using System.Globalization;
using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Hosting;
using OrleansTemporal.Storage.Local;

namespace OrleansTemporal.Benchmarks.Kv;

/// <summary>Durable puts of 1 KB documents with sealing on: many callers for a time, then one caller beside the disk's own rate.</summary>
public sealed class KvPutBenchmark : IMacroBenchmark
{
    private const int KeysPerCaller = 1_000;
    private const int DocumentBytes = 1_024;

    // Until everything is compiled for good and memory stands at its limit.
    private const int WarmUpSeconds = 12;

    // Twelve digits, as all that follow it.
    private const long FirstNumber = 100_000_000_000;

    private static long puts;

    public string Name => "kv-put";

    public string Description => "durable puts of 1 KB JSON [seconds 10] [callers 256] [rounds 3]";

    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var seconds = KvBench.Argument(args, 0, 10);
        var callers = KvBench.Argument(args, 1, 256);
        var rounds = KvBench.Argument(args, 2, 3);
        var folder = KvBench.NewFolder("kv-put");
        try
        {
            var rates = new List<double>();
            for (var round = 0; round < rounds; round++)
            {
                Directory.Delete(folder, recursive: true);
                await using var db = await KvBench.OpenAsync(folder);
                await ManyAsync(db, WarmUpSeconds, callers, warmUp: true);
                rates.Add(await ManyAsync(db, seconds, callers, warmUp: false));
            }

            Console.WriteLine($"kv-put: {callers} callers, median of {rounds}: {KvBench.Median(rates):N0} puts/s");
            if (KvBench.Argument(args, 3, 1) > 0)
            {
                await OneAsync(folder, rounds, cancellationToken);
            }

            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Puts of so many callers into a namespace for some seconds; how many were acknowledged a second.</summary>
    internal static async Task<double> ManyAsync(TemporalDatabase db, int seconds, int callers, bool warmUp, string ns = "bench")
    {
        var bench = db.Kv(ns);
        var documents = Enumerable.Range(0, 4_096).Select(static i => KvBench.Document(FirstNumber + i, DocumentBytes)).ToArray();
        var latencies = new Histogram();
        var journalMax = 0L;
        var (processor, paused) = (Environment.CpuUsage.TotalTime, GC.GetTotalPauseDuration());
        var (allocated, collections) = (GC.GetTotalAllocatedBytes(), (GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2)));
        var start = Stopwatch.GetTimestamp();
        var end = start + (seconds * Stopwatch.Frequency);
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            var document = new byte[DocumentBytes * 2];
            for (var i = 0; Stopwatch.GetTimestamp() < end; i++)
            {
                var began = Stopwatch.GetTimestamp();
                await bench.PutJsonAsync($"c{caller}-{i % KeysPerCaller}", Another(documents[((caller * 31) + i) & 4_095], document));
                latencies.Add(Stopwatch.GetElapsedTime(began));
                if ((i & 255) == 0)
                {
                    Max(ref journalMax, db.Log.Bytes);
                }
            }
        })));
        var rate = latencies.Count / Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (!warmUp)
        {
            processor = Environment.CpuUsage.TotalTime - processor;
            paused = GC.GetTotalPauseDuration() - paused;
            Console.WriteLine(
                $"  processor {processor.TotalMicroseconds / latencies.Count:0.0} µs a put, {processor.TotalSeconds / seconds:0.00} cores busy; allocated {(GC.GetTotalAllocatedBytes() - allocated) / latencies.Count:N0} B a put; "
                + $"collections {GC.CollectionCount(0) - collections.Item1}/{GC.CollectionCount(1) - collections.Item2}/{GC.CollectionCount(2) - collections.Item3}, paused {paused.TotalSeconds / seconds:P1}");
            Console.WriteLine(
                $"  {rate:N0} puts/s for {seconds} s, p50 {latencies.Percentile(0.5).TotalMilliseconds:0.00} ms, p99 {latencies.Percentile(0.99).TotalMilliseconds:0.00} ms, "
                + $"journal at most {journalMax >> 20} MiB of {db.Log.BytesMax >> 20}, flushes {db.Log.FlushCount:N0}, memory {db.MemoryBytes >> 20} MiB");
        }

        return rate;
    }

    // No two puts have the same value, so that nothing is stored once that users would have to store often.
    private static ReadOnlyMemory<byte> Another(byte[] template, byte[] document)
    {
        template.CopyTo(document, 0);
        (FirstNumber + Interlocked.Increment(ref puts)).TryFormat(document.AsSpan("{\"amount\":"u8.Length), out _, provider: CultureInfo.InvariantCulture);
        return document.AsMemory(0, template.Length);
    }

    private static async Task OneAsync(string folder, int rounds, CancellationToken cancellationToken)
    {
        var (disk, puts) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            Directory.Delete(folder, recursive: true);
            disk.Add(await DiskRateAsync(folder, cancellationToken));
            await using var db = await KvBench.OpenAsync(Path.Combine(folder, "data"));
            await ManyAsync(db, 1, 1, warmUp: true);
            puts.Add(await ManyAsync(db, 3, 1, warmUp: true));
        }

        Console.WriteLine(
            $"kv-put: one caller, median of {rounds}: {KvBench.Median(puts):N0} puts/s; the disk's preallocated 4 KiB write + fdatasync: {KvBench.Median(disk):N0}/s; ratio {KvBench.Median(puts) / KvBench.Median(disk):0.00}");
    }

    private static async Task<double> DiskRateAsync(string folder, CancellationToken cancellationToken)
    {
        const int fileBytes = 32 << 20;
        var files = new LocalFileSystem(folder);
        using var file = (await files.OpenAsync("disk", create: true, cancellationToken))!;
        await file.WriteAsync(0, new byte[fileBytes], cancellationToken);
        await file.FlushAsync(cancellationToken);
        var page = new byte[4_096];
        page.AsSpan().Fill(1);
        var start = Stopwatch.GetTimestamp();
        var count = 0;
        for (; Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(2); count++)
        {
            await file.WriteAsync((long)count * page.Length % fileBytes, page, cancellationToken);
            await file.FlushAsync(cancellationToken);
        }

        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static void Max(ref long target, long value)
    {
        var seen = Volatile.Read(ref target);
        while (value > seen)
        {
            var found = Interlocked.CompareExchange(ref target, value, seen);
            if (found == seen)
            {
                return;
            }

            seen = found;
        }
    }
}
