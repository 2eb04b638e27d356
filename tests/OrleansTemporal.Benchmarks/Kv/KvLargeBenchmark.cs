using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using OrleansTemporal.Agents;
using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Causality;
using OrleansTemporal.Hosting;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Benchmarks.Kv;

/// <summary>State far larger than memory: run it under DOTNET_GCHeapHardLimit=0x40000000 (1 GiB). Checks every answer.</summary>
public sealed class KvLargeBenchmark : IMacroBenchmark
{
    private const int Callers = 8;
    private const int Readers = 4;
    private const int Rewritten = 10_000;
    private const int DocumentBytes = 1_024;
    private const int DocumentFrameBytes = 27;

    // A prime, so that it comes by every key once.
    private const long Stride = 999_999_937;
    private const int ProgressKeys = 1_000_000;

    private readonly LargestResident resident = new();
    private int batch;

    public string Name => "kv-large";

    public string Description => "keys of 1 KB, then get, as of, list and reopen, all checked [keys 10000000] [keys a batch 32]";

    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var keys = KvBench.Argument(args, 0, 10_000_000);
        batch = KvBench.Argument(args, 1, 32);
        var folder = KvBench.NewFolder("kv-large");
        var storage = new StorageOptions { MemoryBytesMax = 192L << 20, CacheBytesMax = 128L << 20, GenerationBytesMax = 32L << 20, JournalBytesMax = 512L << 20 };
        try
        {
            HybridTimestamp loaded;
            await using (var db = await KvBench.OpenAsync(folder, storage))
            {
                await LoadAsync(db, keys);
                loaded = db.SystemTime;
                for (var i = 0; i < Rewritten; i++)
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

            Console.WriteLine($"kv-large: {keys:N0} keys correct; heap limit {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20} MiB; at most {resident.Bytes >> 20:N0} MiB resident; folder {KvBench.FolderBytes(folder) >> 20:N0} MiB");
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task LoadAsync(TemporalDatabase db, int keys)
    {
        var start = Stopwatch.GetTimestamp();
        var part = start;
        var next = 0L;
        var done = 0L;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Add(ref next, batch) - batch is var from && from < keys)
            {
                var to = Math.Min(from + batch, keys);
                await WriteAsync(db, from, to, keys);
                var before = Interlocked.Add(ref done, to - from) - (to - from);
                if (before / ProgressKeys != (before + to - from) / ProgressKeys)
                {
                    var now = Stopwatch.GetTimestamp();
                    Console.WriteLine($"  {before + to - from:N0} keys: the last million at {ProgressKeys / Stopwatch.GetElapsedTime(Interlocked.Exchange(ref part, now), now).TotalSeconds:N0}/s, {resident.Look()}");
                }
            }
        })));
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Console.WriteLine($"  loaded {keys:N0} keys in {seconds:N1} s, {keys / seconds:N0}/s, in batches of {batch}, {resident.Look()}");
    }

    private static async Task WriteAsync(TemporalDatabase db, long from, long to, int keys)
    {
        if (to - from == 1)
        {
            var only = Scrambled(from, keys);
            await db.Kv("large").PutJsonAsync(Key(only), Document(only));
            return;
        }

        var operations = ImmutableArray.CreateBuilder<KvOperation>((int)(to - from));
        for (var i = from; i < to; i++)
        {
            var number = Scrambled(i, keys);
            operations.Add(new KvOperation { Kind = KvOperationKind.Put, Key = Key(number), Value = Document(number) });
        }

        await db.KvService.BatchAsync(CallContext.Local, "default", "large", operations.MoveToImmutable(), false, KvPutOptions.None, CancellationToken.None);
    }

    private async Task CheckAsync(TemporalDatabase db, int keys, HybridTimestamp loaded, string when)
    {
        const int reads = 100_000;
        foreach (var asOf in new[] { AsOf.At(loaded), default })
        {
            var start = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, Readers).Select(reader => Task.Run(() => ReadAsync(db, keys, reads / Readers, asOf, reader))));
            Console.WriteLine($"  {when}: {reads:N0} random reads {(asOf == default ? "of the latest" : "as of then")} at {reads / Stopwatch.GetElapsedTime(start).TotalSeconds:N0}/s, {resident.Look()}");
        }

        await ListAsync(db, keys, loaded, when);
    }

    private static async Task ReadAsync(TemporalDatabase db, int keys, int count, AsOf asOf, int seed)
    {
        var large = db.Kv("large");
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var number = random.NextInt64(keys);
            var version = await large.GetVersionAsync(Key(number), asOf) ?? throw new InvalidOperationException($"{Key(number)} is missing");
            if (!version.Value.Span.SequenceEqual(Document(number)) && (asOf != default || !version.Value.Span.SequenceEqual("{\"changed\":true}"u8)))
            {
                throw new InvalidOperationException($"{Key(number)} is different");
            }
        }
    }

    private async Task ListAsync(TemporalDatabase db, int keys, HybridTimestamp loaded, string when)
    {
        var start = Stopwatch.GetTimestamp();
        var count = 0L;
        var cursor = (string?)null;
        do
        {
            var listed = await db.KvService.ListAsync(
                CallContext.Local, "default", "large", new KvListQuery { Limit = Limits.PageCountMax, After = cursor, AsOf = AsOf.At(loaded) }, CancellationToken.None);
            foreach (var entry in listed.Entries)
            {
                if (entry.Key != Key(count++))
                {
                    throw new InvalidOperationException($"the list has {entry.Key} where {Key(count - 1)} belongs");
                }
            }

            cursor = listed.Next;
        }
        while (cursor is not null);

        Console.WriteLine(count == keys
            ? $"  {when}: listed {count:N0} keys in order at {count / Stopwatch.GetElapsedTime(start).TotalSeconds:N0}/s, {resident.Look()}"
            : throw new InvalidOperationException($"the list has {count} keys"));
    }

    private static string Key(long number) => $"key{number:D9}";

    // In an order without order, so that every filter is asked for every new key.
    private static long Scrambled(long number, int keys) => number * Stride % keys;

    // As large as KvBench.Document's, but so cheap that making it does not show beside the load.
    private static byte[] Document(long number)
    {
        Span<ulong> text = stackalloc ulong[(DocumentBytes - DocumentFrameBytes) / 2 / sizeof(ulong)];
        var state = (ulong)number;
        foreach (ref var part in text)
        {
            part = state = (state * 6364136223846793005) + 1442695040888963407;
        }

        var document = new byte[DocumentFrameBytes + (text.Length * sizeof(ulong) * 2)];
        "{\"id\":1000000000,\"text\":\""u8.CopyTo(document);
        number.TryFormat(document.AsSpan(7, 9), out _, "D9", CultureInfo.InvariantCulture);
        Convert.TryToHexStringLower(MemoryMarshal.AsBytes(text), document.AsSpan(DocumentFrameBytes - 2), out _);
        "\"}"u8.CopyTo(document.AsSpan(document.Length - 2));
        return document;
    }

    private sealed class LargestResident
    {
        public long Bytes { get; private set; }

        public string Look()
        {
            using var process = Process.GetCurrentProcess();
            Bytes = Math.Max(Bytes, process.WorkingSet64);
            return $"{process.WorkingSet64 >> 20:N0} MiB resident, heap {GC.GetTotalMemory(false) >> 20:N0} MiB";
        }
    }
}
