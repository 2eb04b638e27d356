using OrleansTemporal.Agents;
using OrleansTemporal.Benchmarks.Kv;
using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Hosting;
using OrleansTemporal.Storage.Hosting;
using OrleansTemporal.Storage.Journal;
using OrleansTemporal.Storage.Local;

namespace OrleansTemporal.Benchmarks.Storage;

/// <summary>
/// Bytes that reach the disk for each byte of keys and values that a user sends, over many seals, with everything counted:
/// the journal with its preallocation, segments, key runs, their merges and the manifests.
/// </summary>
public sealed class WriteAmplificationBenchmark : IMacroBenchmark
{
    private const int Callers = 64;
    private const int KeyCount = 100_000;
    private const int GenerationBytes = 256 << 10;
    private const int SealsUnderWay = 8;

    public string Name => "write-amplification";

    public string Description => "disk bytes for each user byte [seals 1000] [document bytes 1024]";

    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var seals = KvBench.Argument(args, 0, 1_000);
        var documentBytes = KvBench.Argument(args, 1, 1_024);
        var folder = KvBench.NewFolder("write-amplification");
        try
        {
            var files = new CountingFileSystem(new LocalFileSystem(folder));
            var options = new TemporalOptions
            {
                Storage = new StorageOptions { GenerationBytesMax = GenerationBytes, MemoryBytesMax = 32 << 20, JournalFileBytes = 16 << 20, JournalBytesMax = 256 << 20 },
            };
            var parts = await DatabaseParts.OpenAsync(
                options, files, new ThreadPoolWorkScheduler(), new CryptographicSaltSource(), JournalDriver.Threaded, [], cancellationToken);
            var user = 0L;
            var status = default(AgentStatus);
            await using (var db = TemporalDatabase.Start(options, parts, withMaintenance: false))
            {
                await db.Kv("bench").PutJsonAsync("k", "1"u8.ToArray(), cancellationToken);
                var agent = db.Directory.Agents.OfType<OrleansTemporal.Kv.StorageAgent>().Single();
                while (files.Written.Count == 0 || user < (long)seals * GenerationBytes)
                {
                    user += await WriteAsync(db, user, documentBytes, cancellationToken);

                    // Housekeeping in step with the writers, so that the figure is the same on any machine.
                    while (await db.MaintainAsync(cancellationToken))
                    {
                    }
                }

                status = await agent.GetStatusAsync(cancellationToken);
            }

            Report(files, user, status);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<long> WriteAsync(TemporalDatabase db, long seed, int documentBytes, CancellationToken cancellationToken)
    {
        var bench = db.Kv("bench");
        var sums = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(
            async () =>
            {
                var random = new Random((int)(seed + caller));
                var sum = 0L;
                while (sum < SealsUnderWay * GenerationBytes / Callers)
                {
                    var key = $"key-{random.Next(KeyCount):D6}";
                    var document = KvBench.Document(random.NextInt64(), documentBytes);
                    await bench.PutJsonAsync(key, document, cancellationToken);
                    sum += key.Length + document.Length;
                }

                return sum;
            },
            cancellationToken)));
        return sums.Sum();
    }

    private static void Report(CountingFileSystem files, long user, AgentStatus? status)
    {
        var total = files.Written.Values.Sum();
        foreach (var (kind, bytes) in files.Written.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            Console.WriteLine($"write-amplification: {kind,-10} {bytes,16:N0} B  {(double)bytes / user:0.00} x  {files.Files.GetValueOrDefault(kind):N0} files");
        }

        Console.WriteLine(
            $"write-amplification: {user:N0} user bytes, {total:N0} written, {(double)total / user:0.00} x; {status!.SegmentCount} segments and {status.RunCount} runs stand");
    }
}
