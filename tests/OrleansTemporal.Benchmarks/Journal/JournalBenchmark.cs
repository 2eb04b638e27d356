using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Hosting;
using OrleansTemporal.Storage.Journal;
using OrleansTemporal.Storage.Local;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Benchmarks.Journal;

/// <summary>What the journal adds to the disk: durable records by number of callers and size, beside the disk's own rate; then recovery.</summary>
public sealed class JournalBenchmark : IMacroBenchmark
{
    private const int Rounds = 5;
    private const int DiskFileBytes = 32 << 20;
    private const long JournalBytesMax = 4L << 30;
    private static readonly TimeSpan RoundTime = TimeSpan.FromSeconds(1);

    public string Name => "journal";

    public string Description => "durable appends by 1, 32 and 256 callers, the disk's own rate, recovery [folder]";

    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var root = Path.Combine(args.Length > 0 ? args[0] : Path.GetTempPath(), "ot-journal-benchmark");
        if (Directory.Exists(root))
            Directory.Delete(root, recursive: true);
        try
        {
            await LatencyAsync(root, cancellationToken);
            await AppendAsync(root, cancellationToken);
            await RecoverAsync(root, cancellationToken);
            return 0;
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static async Task AppendAsync(string root, CancellationToken cancellationToken)
    {
        (int Callers, int Bytes)[] alone = [(256, 128), (256, 1024)];
        foreach (var (callers, bytes) in alone)
        {
            var (rate, cost) = await AppendRateAsync(new VoidFileSystem(), callers, bytes, cancellationToken);
            Console.WriteLine($"no disk: {callers,3} callers, {bytes,5} B              {rate,12:N0} records/s  ({cost:0.00} us of processor each)");
        }

        // Rounds are interleaved, so that a noisy moment hits all rows alike.
        (int Callers, int Bytes)[] rows = [(1, 128), (1, 1024), (2, 128), (32, 128), (32, 1024), (256, 128), (256, 1024)];
        var results = rows.Select(_ => new List<double>()).ToList();
        var costs = rows.Select(_ => new List<double>()).ToList();
        List<double> disk = [];
        for (var round = 0; round < Rounds; round++)
        {
            disk.Add(await DiskRateAsync(Path.Combine(root, "disk"), cancellationToken));
            for (var i = 0; i < rows.Length; i++)
            {
                var (rate, cost) = await AppendRateAsync(new LocalFileSystem(Path.Combine(root, "append")), rows[i].Callers, rows[i].Bytes, cancellationToken);
                results[i].Add(rate);
                costs[i].Add(cost);
            }
        }

        Console.WriteLine($"disk: preallocated 4 KiB write + fdatasync      {Median(disk),12:N0} /s");
        for (var i = 0; i < rows.Length; i++)
            Console.WriteLine($"journal: {rows[i].Callers,3} callers, {rows[i].Bytes,5} B              {Median(results[i]),12:N0} records/s  ({Median(results[i]) / Median(disk):0.00} x disk, {Median(costs[i]):0.00} us of processor each)");
    }

    // Turn by turn on the same disk, so that what else the machine does hits both alike.
    private static async Task LatencyAsync(string root, CancellationToken cancellationToken)
    {
        const int turns = 40;
        const int callsPerTurn = 100;
        var files = new LocalFileSystem(Path.Combine(root, "latency"));
        using var file = (await files.OpenAsync("disk", create: true, cancellationToken))!;
        await file.WriteAsync(0, new byte[DiskFileBytes], cancellationToken);
        await file.FlushAsync(cancellationToken);
        await using var journal = await OpenAsync(Path.Combine(root, "latency"), new JournalOptions { FirstFileBytes = JournalOptions.FileBytesDefault }, cancellationToken);
        var log = await journal.OpenAsync(AgentId.Parse("kv/default/bench/0"), cancellationToken);
        var page = new byte[4096];
        page.AsSpan().Fill(1);
        var record = new byte[1024];
        var written = 0L;
        var sequence = 0L;
        List<double> disk = [];
        List<double> calls = [];
        for (var turn = 0; turn < turns; turn++)
        {
            for (var i = 0; i < callsPerTurn; i++)
            {
                var start = Stopwatch.GetTimestamp();
                await file.WriteAsync(written, page, cancellationToken);
                await file.FlushAsync(cancellationToken);
                disk.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
                written = (written + page.Length) % DiskFileBytes;
            }

            for (var i = 0; i < callsPerTurn; i++)
            {
                var start = Stopwatch.GetTimestamp();
                await log.ReserveAsync(record.Length, cancellationToken);
                log.Enqueue(++sequence, new HybridTimestamp((ulong)sequence), record);
                await log.WhenDurableAsync(sequence, cancellationToken);
                calls.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            }
        }

        Console.WriteLine($"one caller, 1 KB, p50: disk {Median(disk):0.0} us, journal {Median(calls):0.0} us, {Median(disk) / Median(calls):0.00} of the disk's rate");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static async Task<double> DiskRateAsync(string folder, CancellationToken cancellationToken)
    {
        var files = new LocalFileSystem(folder);
        using var file = (await files.OpenAsync("disk", create: true, cancellationToken))!;
        await file.WriteAsync(0, new byte[DiskFileBytes], cancellationToken);
        await file.FlushAsync(cancellationToken);
        var page = new byte[4096];
        page.AsSpan().Fill(1);
        var start = Stopwatch.GetTimestamp();
        var count = 0;
        for (; Stopwatch.GetElapsedTime(start) < RoundTime; count++)
        {
            await file.WriteAsync((long)count * page.Length % DiskFileBytes, page, cancellationToken);
            await file.FlushAsync(cancellationToken);
        }

        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task<(double Rate, double Cost)> AppendRateAsync(IFileSystem files, int callers, int bytes, CancellationToken cancellationToken)
    {
        await using var journal = await OpenAsync(files, new JournalOptions { JournalBytesMax = JournalBytesMax }, cancellationToken);
        var logs = new List<ICausalLog>();
        for (var i = 0; i < callers; i++)
            logs.Add(await journal.OpenAsync(AgentId.Parse($"kv/default/bench{i}/0"), cancellationToken));

        var record = new byte[bytes];
        var processor = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(logs.Select(log => Task.Run(() => CallAsync(log, record, start, cancellationToken), cancellationToken)));
        var rate = counts.Sum() / Stopwatch.GetElapsedTime(start).TotalSeconds;
        var cost = (Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / counts.Sum();
        foreach (var log in logs)
            await journal.DropAsync(AgentId.Parse($"kv/default/bench{logs.IndexOf(log)}/0"), cancellationToken);
        return (rate, cost);
    }

    private static async Task<long> CallAsync(ICausalLog log, byte[] record, long start, CancellationToken cancellationToken)
    {
        const int trimEvery = 256;
        var sequence = log.LastSequence;
        var count = 0L;
        for (; Stopwatch.GetElapsedTime(start) < RoundTime; count++)
        {
            await log.ReserveAsync(record.Length, cancellationToken);
            log.Enqueue(++sequence, new HybridTimestamp((ulong)sequence), record);
            await log.WhenDurableAsync(sequence, cancellationToken);
            if (sequence % trimEvery == 0)
                log.Trim(sequence);
        }

        log.Trim(sequence);
        return count;
    }

    private static async Task RecoverAsync(string root, CancellationToken cancellationToken)
    {
        const int records = 500_000;
        const int agents = 16;
        var folder = Path.Combine(root, "recover");
        var journal = await OpenAsync(folder, new JournalOptions(), cancellationToken);
        var logs = new List<ICausalLog>();
        for (var i = 0; i < agents; i++)
            logs.Add(await journal.OpenAsync(AgentId.Parse($"kv/default/bench{i}/0"), cancellationToken));

        var record = new byte[1024];
        for (var i = 0; i < records; i++)
        {
            var log = logs[i % agents];
            await log.ReserveAsync(record.Length, cancellationToken);
            log.Enqueue((i / agents) + 1, new HybridTimestamp((ulong)i + 1), record);
        }

        foreach (var log in logs)
            await log.WhenDurableAsync(log.LastSequence, cancellationToken);
        var bytes = journal.Status.Bytes;
        await journal.DisposeAsync();

        List<double> scans = [];
        List<double> costs = [];
        List<double> reads = [];
        for (var round = 0; round < Rounds; round++)
        {
            var processor = Environment.CpuUsage.TotalTime;
            var start = Stopwatch.GetTimestamp();
            journal = await OpenAsync(folder, new JournalOptions(), cancellationToken);
            scans.Add(bytes / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9);
            costs.Add(bytes / (Environment.CpuUsage.TotalTime - processor).TotalSeconds / 1e9);
            start = Stopwatch.GetTimestamp();
            var count = 0;
            for (var i = 0; i < agents; i++)
                count += await ReadAllAsync(await journal.OpenAsync(AgentId.Parse($"kv/default/bench{i}/0"), cancellationToken), cancellationToken);
            reads.Add(count / Stopwatch.GetElapsedTime(start).TotalSeconds);
            await journal.DisposeAsync();
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"recovery: scan of {bytes / 1e6:N0} MB                 {Median(scans),12:0.00} GB/s  ({Median(costs):0.00} GB for each second of processor)"));
        Console.WriteLine($"recovery: reading 1 KB records of {agents} agents  {Median(reads),12:N0} records/s");
    }

    private static async Task<int> ReadAllAsync(ICausalLog log, CancellationToken cancellationToken)
    {
        var count = 0;
        while (true)
        {
            var page = await log.ReadAsync(count, 4 << 20, cancellationToken);
            count += page.Records.Count;
            if (!page.HasMore)
                return count;
        }
    }

    private static Task<SharedJournal> OpenAsync(string folder, JournalOptions options, CancellationToken cancellationToken) =>
        OpenAsync(new LocalFileSystem(folder), options, cancellationToken);

    private static async Task<SharedJournal> OpenAsync(IFileSystem files, JournalOptions options, CancellationToken cancellationToken) =>
        await SharedJournal.OpenAsync(
            files, new ThreadPoolWorkScheduler(), TimeProvider.System, RandomNumberGenerator.Fill, options,
            NullLogger<SharedJournal>.Instance, cancellationToken);
}
