using System.Diagnostics;
using System.Globalization;
using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Benchmarks.Queries;
using OrleansTemporal.Benchmarks.Storage;
using OrleansTemporal.Causality;
using OrleansTemporal.Hosting;
using OrleansTemporal.Kv;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Storage.Hosting;
using OrleansTemporal.Storage.Journal;
using OrleansTemporal.Storage.Local;

namespace OrleansTemporal.Benchmarks.Kv;

/// <summary>
/// What history costs in each tier: bytes a delta beside SQLite's for the same, the speed of sealing and of packing, and
/// what a read of one key costs there. Customers whose documents of some 250 bytes change in a few fields.
/// </summary>
public sealed class KvTiersBenchmark : IMacroBenchmark
{
    private const int Callers = 256;
    private const int Versions = 10;

    // Of a record in the log: header, salt, key and document.
    private const int RecordBytes = 356;
    private const string Namespace = "customers";
    private static readonly AgentId Agent = new("default", AgentKind.Kv, Namespace, 0);
    private static readonly string[] Names = ["Ada", "Alan", "Barbara", "Donald", "Edsger", "Frances", "Grace", "Leslie", "Niklaus", "Radia"];
    private static readonly string[] Streets = ["Mill Lane", "Station Road", "High Street", "Church Walk", "Park Avenue", "Bridge Street"];

    public string Name => "kv-tiers";

    public string Description => "bytes a delta, packing and cold reads in warm, cold and deep, beside SQLite [deltas 1000000]";

    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var deltas = KvBench.Argument(args, 0, 1_000_000);
        var keys = Math.Max(1, deltas / Versions);
        var folder = KvBench.NewFolder(Name);
        try
        {
            await FillAsync(folder, keys, cancellationToken);
            foreach (var (tier, cold, deep) in ((string, bool, bool)[])[("warm", false, false), ("cold", true, false), ("deep", true, true)])
            {
                await CoolAsync(folder, tier, cold, deep, cancellationToken);
                await ReadAsync(folder, tier, keys, cancellationToken);
            }

            FillSqlite(Path.Combine(folder, "peer.db"), keys);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A version of a customer's document.</summary>
    private static byte[] Document(int key, int version) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"balance":{{(key * 7919L + version * 104_729L) % 100_000 / 100m}},"city":"{{Streets[key % 5].Split(' ')[0]}}ton","email":"{{Names[key % 10].ToLowerInvariant()}}.{{key}}@example.com","id":{{key}},"name":"{{Names[key % 10]}} {{Names[key / 10 % 10]}}son","orders":{{version}},"status":"{{(version % 3 == 0 ? "open" : "settled")}}","street":"{{key % 300}} {{Streets[key % 6]}}","tags":["customer","since-{{2000 + (key % 25)}}"],"visited":"2026-{{1 + (version % 12):00}}-{{1 + (key % 28):00}}"}"""));

    private static async Task FillAsync(string folder, int keys, CancellationToken cancellationToken)
    {
        await using var db = await KvBench.OpenAsync(folder);
        var kv = db.Kv(Namespace);
        var (start, raw) = (Stopwatch.GetTimestamp(), 0L);
        for (var version = 0; version < Versions; version++)
        {
            await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(
                async () =>
                {
                    for (var key = caller; key < keys; key += Callers)
                    {
                        var document = Document(key, version);
                        Interlocked.Add(ref raw, document.Length);
                        await kv.PutJsonAsync($"c{key:D8}", document, cancellationToken: cancellationToken);
                    }
                },
                cancellationToken)));
        }

        Console.WriteLine($"{nameof(KvTiersBenchmark)}: {keys * Versions:N0} puts of {raw / (keys * Versions)} bytes, {keys * Versions / Stopwatch.GetElapsedTime(start).TotalSeconds:N0}/s");
    }

    private static async Task CoolAsync(string folder, string tier, bool cold, bool deep, CancellationToken cancellationToken)
    {
        await using var db = await KvBench.OpenAsync(folder);
        var agent = db.Directory.Get<IAgent>(Agent);
        var now = HybridTimestamp.FromMilliseconds(db.SystemTime.Milliseconds + 1);
        var order = new CoolOrder { WarmBefore = now, ColdBefore = cold ? now : default, DeepBefore = deep ? now : default };
        var sum = new CoolReport();
        var (start, processor) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        do
        {
            sum = sum.And(await agent.CoolAsync(order, cancellationToken));
        }
        while (sum.HasMore);

        var took = Stopwatch.GetElapsedTime(start);
        var spent = Environment.CpuUsage.TotalTime - processor;
        while (await ((IHostedAgent)agent).MaintainAsync(MaintenanceBudget.Normal, cancellationToken))
        {
            // Runs and warm segments are merged as they would be in time.
        }

        var (segments, runs) = (KvBench.FolderBytes(folder, $"objects/{Agent.Workspace}/kv/{Namespace}/0/segments"), KvBench.FolderBytes(folder, $"objects/{Agent.Workspace}/kv/{Namespace}/0/runs"));
        var status = await agent.GetStatusAsync(cancellationToken);
        var writes = status.Sequence;
        var log = (double)RecordBytes * (sum.PackedSegments > 0 ? writes : sum.SealedDeltas);
        Console.WriteLine(
            $"  {tier}: {(double)(segments + runs) / writes:0.0} bytes a delta ({(double)segments / writes:0.0} in segments, {(double)runs / writes:0.0} in runs), {status.SegmentCount} segments; "
            + (sum.PackedSegments > 0 ? $"packed {sum.BytesBefore >> 20} MiB into {sum.BytesAfter >> 20} MiB " : $"sealed {sum.SealedDeltas:N0} deltas ")
            + $"in {took.TotalSeconds:0.0} s and {spent.TotalSeconds:0.0} s of processor: {log / took.TotalSeconds / 1e6:0} and {log / spent.TotalSeconds / 1e6:0} MB of log a second");
    }

    private static async Task ReadAsync(string folder, string tier, int keys, CancellationToken cancellationToken)
    {
        const int count = 2_000;
        var options = new TemporalOptions { DataDirectory = folder, Storage = new StorageOptions { CacheBytesMax = 1 << 20 } };
        var files = new ReadCountingFileSystem(new LocalFileSystem(folder));
        var opening = Stopwatch.GetTimestamp();
        var parts = await DatabaseParts.OpenAsync(
            options, files, new ThreadPoolWorkScheduler(), new CryptographicSaltSource(), JournalDriver.Threaded, [], cancellationToken);
        await using var db = TemporalDatabase.Start(options, parts, withMaintenance: false);
        var kv = db.Kv(Namespace);
        await kv.GetVersionAsync("c00000000", AsOf.Latest, cancellationToken);
        var opened = Stopwatch.GetElapsedTime(opening);

        // Indexes and filters in memory, blocks not: what an agent has that is used and does not fit the cache.
        var random = new Random(1);
        for (var i = 0; i < count; i++)
        {
            await kv.GetVersionAsync($"c{random.Next(keys):D8}", AsOf.Latest, cancellationToken);
        }

        var (before, start, latencies) = (files.Reads, Stopwatch.GetTimestamp(), new Histogram());
        for (var i = 0; i < count; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await kv.GetVersionAsync($"c{random.Next(keys):D8}", AsOf.Latest, cancellationToken);
            latencies.Add(Stopwatch.GetElapsedTime(began));
        }

        Console.WriteLine(
            $"  {tier}: opened and answered in {opened.TotalMilliseconds:0} ms; a random key past the cache: {(double)(files.Reads - before) / count:0.00} object reads, p50 {latencies.Percentile(0.5).TotalMilliseconds:0.00} ms, p99 {latencies.Percentile(0.99).TotalMilliseconds:0.00} ms, {count / Stopwatch.GetElapsedTime(start).TotalSeconds:N0}/s");
    }

    private static void FillSqlite(string path, int keys)
    {
        if (SqliteJson.TryOpen(path) is not { } sqlite)
        {
            Console.WriteLine("  SQLite is not installed");
            return;
        }

        using (sqlite)
        {
            var bytes = sqlite.FillHistory(keys, Versions, Document);
            Console.WriteLine($"  SQLite {sqlite.Version}: {(double)bytes / keys / Versions:0.0} bytes a delta (key, sequence, time, value; primary key (key, sequence), without rowid, vacuumed)");
        }
    }
}
