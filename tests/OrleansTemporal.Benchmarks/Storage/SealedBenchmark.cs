using System.Diagnostics;
using System.Text;
using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Caching;
using OrleansTemporal.Storage.Compression;
using OrleansTemporal.Storage.Hosting;
using OrleansTemporal.Storage.Local;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Storage.Runs;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Benchmarks.Storage;

/// <summary>The sealed half of the storage on a local disk: writing, reading, finding, merging.</summary>
public sealed class SealedBenchmark : IMacroBenchmark
{
    private const int RecordCount = 100_000;
    private const int KeyCount = 400_000;
    private static readonly AgentId Agent = AgentId.Parse("kv/default/bench/0");

    /// <inheritdoc/>
    public string Name => "sealed";

    /// <inheritdoc/>
    public string Description => "segments per codec, random reads cached and not, run finds, merges";

    /// <inheritdoc/>
    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("ot-sealed-");
        try
        {
            using var store = await LocalObjectStore.OpenAsync(new LocalFileSystem(folder.FullName), cancellationToken: cancellationToken);
            var records = MakeRecords();
            await SegmentsAsync(store, records, cancellationToken);
            await RunsAsync(store, cancellationToken);
            HitCache();
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        return 0;
    }

    private static void HitCache()
    {
        const int blockCount = 1_024;
        const int count = 20_000_000;
        var cache = new BlockCache(64 << 20);
        for (var i = 0; i < blockCount; i++)
            cache.Add(new(1, i * 4_096), new byte[16]);
        var start = Mark();
        var bytes = 0L;
        for (var i = 0; i < count; i++)
            bytes += cache.TryGet(new(1, (i * 7919 & (blockCount - 1)) * 4_096), out var block) ? block.Length : 0;
        if (bytes != count * 16L)
            throw new InvalidOperationException("blocks were not found");
        Report("block cache hit", 0, count, start);
    }

    private static async Task SegmentsAsync(LocalObjectStore store, List<byte[]> records, CancellationToken cancellationToken)
    {
        var genesis = GenesisRoot.Of(Agent);
        var raw = records.Sum(record => (long)record.Length);
        Console.WriteLine($"{records.Count:n0} records of {raw / records.Count} bytes");
        foreach (var codec in Enum.GetValues<BlockCodec>())
        {
            SegmentRef? segment = null;
            for (var round = 0; round < 3; round++)
            {
                var start = Mark();
                segment = await WriteAsync(store, $"s-{codec}-{round}", records, 0, records.Count, genesis, codec, cancellationToken);
                Report($"segment write, {codec}", raw, records.Count, start);
            }

            Console.WriteLine($"  ratio {(double)segment!.RawBytes / segment.Length:0.00}");
            foreach (var cacheBytes in new[] { 0L, 512L << 20 })
            {
                var catalog = new SegmentCatalog(store, new BlockCache(cacheBytes), 64 << 20);
                var reader = await catalog.OpenAsync(segment, cancellationToken);
                await ReadRandomAsync(reader, codec, cacheBytes > 0 ? "warming" : "uncached", 20_000, cancellationToken);
                if (cacheBytes > 0)
                    await ReadRandomAsync(reader, codec, "cached", 2_000_000, cancellationToken);
                if (cacheBytes > 0)
                {
                    var start = Mark();
                    await reader.VerifyAsync(genesis, cancellationToken);
                    Report($"segment verify, {codec}", raw, records.Count, start);
                }
            }
        }

        await MergeSegmentsAsync(store, records, genesis, cancellationToken);
    }

    private static async Task ReadRandomAsync(SegmentReader reader, BlockCodec codec, string how, int count, CancellationToken cancellationToken)
    {
        var random = new Random(1);
        var start = Mark();
        var bytes = 0L;
        for (var i = 0; i < count; i++)
            bytes += (await reader.ReadRecordAsync(1 + random.Next(RecordCount), cancellationToken)).Length;
        Report($"record read, {codec}, {how}", bytes, count, start);
    }

    private static async Task MergeSegmentsAsync(LocalObjectStore store, List<byte[]> records, Distinction genesis, CancellationToken cancellationToken)
    {
        var catalog = new SegmentCatalog(store, new BlockCache(1 << 20), 64 << 20);
        var parts = new List<SegmentReader>();
        var root = genesis;
        var step = records.Count / 16;
        for (var i = 0; i < 16; i++)
        {
            var part = await WriteAsync(store, $"part-{i}", records, i * step, step, root, BlockCodec.Deflate, cancellationToken);
            root = part.RootAfter;
            parts.Add(await catalog.OpenAsync(part, cancellationToken));
        }

        var start = Mark();
        await using var writer = await store.CreateAsync("merged", cancellationToken);
        var merged = await SegmentMerger.MergeAsync(parts, writer, "merged", null, null, null, cancellationToken);
        await writer.CommitAsync(cancellationToken);
        Report("segment merge (stored bytes)", merged.Length, merged.RecordCount, start);
        await PackAsync(store, [await catalog.OpenAsync(merged, cancellationToken)], cancellationToken);
    }

    private static async Task PackAsync(LocalObjectStore store, List<SegmentReader> segments, CancellationToken cancellationToken)
    {
        foreach (var tier in new[] { StorageTier.Cold, StorageTier.Deep })
        {
            for (var round = 0; round < 3; round++)
            {
                var path = $"{tier}-{round}";
                var start = Mark();
                await using var writer = await store.CreateAsync(path, cancellationToken);
                var packed = await SegmentMerger.MergeAsync(
                    segments, writer, path, SegmentTiers.OptionsOf(tier, SegmentOptions.Default), null, new ThreadPoolWorkScheduler(), cancellationToken);
                await writer.CommitAsync(cancellationToken);
                Report($"segment packing, {tier} (raw bytes)", packed.RawBytes, packed.RecordCount, start);
                Console.WriteLine($"  ratio {(double)packed.RawBytes / packed.Length:0.00}");
            }
        }
    }

    private static async Task RunsAsync(LocalObjectStore store, CancellationToken cancellationToken)
    {
        var catalog = new RunCatalog(store, new BlockCache(512 << 20), 64 << 20);
        var refs = new List<RunRef>();
        const int parts = 8;
        for (var part = 0; part < parts; part++)
        {
            var path = $"run-{part}";
            var start = Mark();
            await using var writer = await store.CreateAsync(path, cancellationToken);
            var run = new RunWriter(writer, path, Agent, 1 + (part * KeyCount), (part + 1) * KeyCount);
            for (var i = 0; i < KeyCount; i++)
            {
                var sequence = 1 + (part * KeyCount) + (i * 7919L % KeyCount);
                await run.AddAsync(KeyOf(i), new(sequence, 0, 0, new((ulong)sequence << 20)), cancellationToken);
            }

            refs.Add(await run.FinishAsync(cancellationToken));
            await writer.CommitAsync(cancellationToken);
            if (part == 0)
                Report("run write", refs[0].Length, KeyCount, start);
        }

        await FindInSmallRunAsync(store, catalog, cancellationToken);
        var set = await catalog.OpenAsync(refs, cancellationToken);
        await FindAsync(set, "find, warming", KeyCount, 400_000, cancellationToken);
        await FindAsync(set, "find newest of 8 runs, cached", KeyCount, 4_000_000, cancellationToken);
        var merging = Mark();
        await using var target = await store.CreateAsync("merged-run", cancellationToken);
        var merged = await RunMerger.MergeAsync(set.Runs, target, "merged-run", null, cancellationToken);
        await target.CommitAsync(cancellationToken);
        Report("run merge", merged.Length, merged.EntryCount, merging);
        var one = await catalog.OpenAsync([merged], cancellationToken);
        await FindAsync(one, "find in one run, warming", KeyCount, 800_000, cancellationToken);
        await FindAsync(one, "find in one run of 3.2 M, cached", KeyCount, 4_000_000, cancellationToken);
        var scanning = Mark();
        var cursor = one.OpenCursor();
        var count = 0;
        while (await cursor.MoveNextAsync(cancellationToken))
            count++;
        Report("scan, cached", merged.Length, count, scanning);
    }

    private static async Task FindInSmallRunAsync(LocalObjectStore store, RunCatalog catalog, CancellationToken cancellationToken)
    {
        const int smallKeyCount = 20_000;
        await using var writer = await store.CreateAsync("run-small", cancellationToken);
        var run = new RunWriter(writer, "run-small", Agent, 1, smallKeyCount);
        for (var i = 0; i < smallKeyCount; i++)
            await run.AddAsync(KeyOf(i), new(i + 1, 0, 0, new((ulong)i << 20)), cancellationToken);
        var written = await run.FinishAsync(cancellationToken);
        await writer.CommitAsync(cancellationToken);
        var set = await catalog.OpenAsync([written], cancellationToken);
        for (var round = 0; round < 3; round++)
            await FindAsync(set, "find in one run of 20,000, cached", smallKeyCount, 3_000_000, cancellationToken);
    }

    private static async Task FindAsync(RunSet set, string what, int keyCount, int count, CancellationToken cancellationToken)
    {
        var keys = Enumerable.Range(0, keyCount).Select(KeyOf).ToArray();
        var random = new Random(2);
        var start = Mark();
        var found = 0;
        for (var i = 0; i < count; i++)
        {
            var key = keys[random.Next(keyCount)];
            found += await set.FindAsync(key, KeyHash.Of(key), RunBound.Latest, cancellationToken) is null ? 0 : 1;
        }

        if (found != count)
            throw new InvalidOperationException($"{count - found} keys were not found");
        Report(what, 0, count, start);
    }

    private static byte[] KeyOf(int index) => Encoding.UTF8.GetBytes($"user/{index:d8}");

    private static async Task<SegmentRef> WriteAsync(
        LocalObjectStore store, string path, List<byte[]> records, int first, int count, Distinction root, BlockCodec codec, CancellationToken cancellationToken)
    {
        await using var writer = await store.CreateAsync(path, cancellationToken);
        var segment = new SegmentWriter(writer, path, Agent, root, new() { Codec = codec });
        for (var i = first; i < first + count; i++)
            await segment.AppendAsync(records[i], cancellationToken);
        var written = await segment.FinishAsync(default, default, cancellationToken);
        await writer.CommitAsync(cancellationToken);
        return written;
    }

    private static List<byte[]> MakeRecords()
    {
        var encoder = new DeltaEncoder(Agent);
        var random = new Random(1);
        var records = new List<byte[]>(RecordCount);
        Span<byte> salt = stackalloc byte[PayloadBuffer.SaltBytes];
        for (var i = 1; i <= RecordCount; i++)
        {
            random.NextBytes(salt);
            var payload = Encoding.UTF8.GetBytes(
                $$"""{"id":{{i}},"name":"user {{random.Next(100_000)}}","mail":"u{{random.Next()}}@example.org","score":{{random.NextDouble():0.0000}},"tags":["a","b","{{random.Next(50)}}"],"text":"{{new string('x', random.Next(200))}}"}""");
            var buffer = new PayloadBuffer(salt, payload.Length);
            payload.CopyTo(buffer.GetSpan(payload.Length));
            buffer.Advance(payload.Length);
            var draft = new DeltaDraft(new(ActionKind.Storage, 1), 1, buffer, DeltaContext.None);
            var record = new byte[encoder.GetRecordLength(draft)];
            encoder.Encode(record, draft, default, 1, i, new((1_700_000_000_000UL << 16) + ((ulong)i << 15)), out _);
            records.Add(record);
        }

        return records;
    }

    private static void Report(string what, long bytes, long count, (long Wall, TimeSpan Processor) start)
    {
        // Processor time says more than the clock when something else runs on the machine.
        var elapsed = Stopwatch.GetElapsedTime(start.Wall);
        var processor = Environment.CpuUsage.TotalTime - start.Processor;
        Console.WriteLine(
            $"{what,-42} {count / elapsed.TotalSeconds,12:n0}/s {elapsed.TotalNanoseconds / count,8:n0} ns {processor.TotalNanoseconds / count,8:n0} ns cpu"
            + (bytes > 0 ? $" {bytes / elapsed.TotalSeconds / 1e6,6:n0} MB/s {bytes / processor.TotalSeconds / 1e6,6:n0} MB/s cpu" : ""));
    }

    private static (long Wall, TimeSpan Processor) Mark() => (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
}
