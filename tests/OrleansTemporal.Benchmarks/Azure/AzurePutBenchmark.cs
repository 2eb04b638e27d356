using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using OrleansTemporal.Benchmarks.Kv;
using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Hosting;
using OrleansTemporal.Storage.Azure.Blobs;
using OrleansTemporal.Storage.Azure.Hosting;

namespace OrleansTemporal.Benchmarks.Azure;

/// <summary>
/// Durable puts into a new container of the account, or emulator, that <c>OT_AZURE_CONNECTION</c> names, and the requests to
/// the blob service that they came to, sealing and merging included.
/// </summary>
public sealed class AzurePutBenchmark : IMacroBenchmark
{
    private const string ConnectionVariable = "OT_AZURE_CONNECTION";
    private const int KeysPerCaller = 1_000;
    private const int DocumentBytes = 1_024;
    private const int WarmUpSeconds = 5;

    public string Name => "azure-put";

    public string Description => "durable puts of 1 KB JSON on Azure storage [seconds 20] [callers 256] [namespaces 1] [pause of a caller in ms 0]";

    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var seconds = KvBench.Argument(args, 0, 20);
        var callers = KvBench.Argument(args, 1, 256);
        var namespaces = KvBench.Argument(args, 2, 1);
        var pause = TimeSpan.FromMilliseconds(KvBench.Argument(args, 3, 0));
        if (Environment.GetEnvironmentVariable(ConnectionVariable) is not { Length: > 0 } connection)
        {
            Console.Error.WriteLine($"{ConnectionVariable} is the connection string of the account or emulator to use.");
            return 1;
        }

        var place = new AzureStorage(new AzureStorageOptions { ConnectionString = connection, Container = $"bench{Environment.ProcessId}" });
        await using var db = await TemporalDatabase.OpenAsync(new TemporalOptions { Backend = place }, cancellationToken);
        await PutAsync(db, WarmUpSeconds, callers, namespaces, pause);
        using var requests = new RequestCounts();
        var start = Stopwatch.GetTimestamp();
        var latencies = await PutAsync(db, seconds, callers, namespaces, pause);
        var took = Stopwatch.GetElapsedTime(start);

        // What sealing owes for these puts belongs to them.
        await Task.Delay(TimeSpan.FromSeconds(WarmUpSeconds), TimeProvider.System, cancellationToken);
        Console.WriteLine(
            $"azure-put: {callers} callers, {namespaces} namespaces: {latencies.Count / took.TotalSeconds:N0} puts/s, "
            + $"p50 {latencies.Percentile(0.5).TotalMilliseconds:0.0} ms, p99 {latencies.Percentile(0.99).TotalMilliseconds:0.0} ms");
        foreach (var (operation, count) in requests.Counts)
        {
            Console.WriteLine($"  {operation,-7} {count,8:N0}  {1_000.0 * count / latencies.Count,8:0.00} a thousand puts, {count / took.TotalSeconds,6:0.0}/s");
        }

        Console.WriteLine($"  all     {requests.Counts.Sum(static row => row.Count),8:N0}  {1_000.0 * requests.Counts.Sum(static row => row.Count) / latencies.Count,8:0.00} a thousand puts");
        return 0;
    }

    private static async Task<Histogram> PutAsync(TemporalDatabase db, int seconds, int callers, int namespaces, TimeSpan pause)
    {
        var documents = Enumerable.Range(0, 4_096).Select(static i => KvBench.Document(i * 7_919L, DocumentBytes)).ToArray();
        var latencies = new Histogram();
        var end = Stopwatch.GetTimestamp() + (seconds * Stopwatch.Frequency);
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            var bench = db.Kv($"bench{caller % namespaces}");
            for (var i = 0; Stopwatch.GetTimestamp() < end; i++)
            {
                var began = Stopwatch.GetTimestamp();
                await bench.PutJsonAsync($"c{caller}-{i % KeysPerCaller}", documents[((caller * 31) + i) & 4_095]);
                latencies.Add(Stopwatch.GetElapsedTime(began));
                if (pause > TimeSpan.Zero)
                {
                    await Task.Delay(pause, TimeProvider.System);
                }
            }
        })));
        return latencies;
    }

    private sealed class RequestCounts : IDisposable
    {
        private readonly ConcurrentDictionary<string, long> counts = new();
        private readonly MeterListener listener = new();

        public RequestCounts()
        {
            listener.InstrumentPublished = static (instrument, listening) =>
            {
                if (instrument.Meter.Name == BlobRequestPolicy.MeterName)
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            };
            listener.SetMeasurementEventCallback<long>((_, count, tags, _) => counts.AddOrUpdate((string)tags[0].Value!, count, (_, before) => before + count));
            listener.Start();
        }

        public IReadOnlyList<(string Operation, long Count)> Counts => [.. counts.OrderByDescending(static pair => pair.Value).Select(static pair => (pair.Key, pair.Value))];

        public void Dispose() => listener.Dispose();
    }
}
