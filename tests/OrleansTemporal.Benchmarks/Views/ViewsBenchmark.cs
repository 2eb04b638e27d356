using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Benchmarks.Kv;
using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Benchmarks.Queries;
using OrleansTemporal.Hosting;
using OrleansTemporal.Kv;
using OrleansTemporal.Queries;
using OrleansTemporal.Views;

namespace OrleansTemporal.Benchmarks.Views;

/// <summary>What a change costs a view of a million rows, and what an index saves a query.</summary>
public sealed partial class ViewsBenchmark : IMacroBenchmark
{
    private const int BatchCount = 5_000;
    private const int Rounds = 9;

    public string Name => "views";

    public string Description => "a change of a view of many rows, documents and points; queries by an index beside a scan [documents 1000000] [changes 100000] [documents or points: both]";

    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var (count, changes) = (KvBench.Argument(args, 0, 1_000_000), KvBench.Argument(args, 1, 100_000));
        var folder = KvBench.NewFolder("views");
        try
        {
            await using var db = await KvBench.OpenAsync(folder);
            var what = args.Length > 2 ? args[2] : "";
            if (what != "points")
            {
                await RunDocumentsAsync(db, count, changes, cancellationToken);
            }

            if (what != "documents")
            {
                await RunPointsAsync(db, count, changes, cancellationToken);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static async Task RunDocumentsAsync(TemporalDatabase db, int count, int changes, CancellationToken cancellationToken)
    {
        await WriteAsync(db, count, static i => i, cancellationToken);
        await RunViewAsync(db, "rows", """{"source":"kv/bench","query":{"sort":["amount"]},"refresh":"manual"}""", count, changes, cancellationToken);
        await RunViewAsync(db, "keys", """{"source":"kv/bench","refresh":"manual"}""", count, changes, cancellationToken);
        await RunViewAsync(db, "groups", """{"source":"kv/bench","query":{"groupBy":["city"],"aggregate":{"n":{"count":"*"},"s":{"sum":"amount"},"a":{"avg":"amount"}}},"refresh":"manual"}""", count, changes, cancellationToken);
        await RunIndexAsync(db, cancellationToken);
    }

    private static async Task WriteAsync(TemporalDatabase db, int count, Func<int, int> version, CancellationToken cancellationToken)
    {
        for (var at = 0; at < count; at += BatchCount)
        {
            ImmutableArray<KvOperation> operations = [.. Enumerable.Range(at, Math.Min(BatchCount, count - at))
                .Select(i => new KvOperation { Kind = KvOperationKind.Put, Key = $"key{i:d9}", Value = QueryDocuments.Make(version(i)) })];
            await db.KvService.BatchAsync(CallContext.Local, "default", "bench", operations, atomic: true, KvPutOptions.None, cancellationToken);
        }
    }

    private static async Task RunViewAsync(TemporalDatabase db, string view, string definition, int count, int changes, CancellationToken cancellationToken)
    {
        await db.Views.PutAsync(CallContext.Local, "default", view, ViewDefinitionJson.Parse(Encoding.UTF8.GetBytes(definition)), cancellationToken);
        var start = Stopwatch.GetTimestamp();
        var stats = await db.Views.RefreshAsync(CallContext.Local, "default", view, cancellationToken);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"views: {view}: {count:N0} documents built in {Stopwatch.GetElapsedTime(start).TotalSeconds:N2} s into {stats.RowCount:N0} rows, {stats.Bytes / Math.Max(1, stats.RowCount):N0} bytes each"));
        var (walls, processors) = (new List<double>(), new List<double>());
        for (var round = 1; round <= Rounds; round++)
        {
            await WriteAsync(db, changes, i => i + (round * 1_000), cancellationToken);
            start = Stopwatch.GetTimestamp();
            var cpu = Process.GetCurrentProcess().TotalProcessorTime;
            await db.Views.RefreshAsync(CallContext.Local, "default", view, cancellationToken);
            var wall = Stopwatch.GetElapsedTime(start);
            cpu = Process.GetCurrentProcess().TotalProcessorTime - cpu;
            walls.Add(wall.TotalMicroseconds / changes);
            processors.Add(cpu.TotalMicroseconds / changes);
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"views: {view}: median of {Rounds} rounds {KvBench.Median(walls):N2} us for each of {changes:N0} changes ({walls.Min():N2} to {walls.Max():N2}), of processor {KvBench.Median(processors):N2}"));
        start = Stopwatch.GetTimestamp();
        var page = await db.Views.ReadAsync(CallContext.Local, "default", view, new ViewRowsRequest(), cancellationToken);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"views: {view}: a page of {page.Rows.Length + page.Groups.Length} in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:N2} ms"));
        await db.Views.DeleteAsync(CallContext.Local, "default", view, cancellationToken);
    }

    private static async Task RunIndexAsync(TemporalDatabase db, CancellationToken cancellationToken)
    {
        var settings = await db.KvService.GetSettingsAsync(CallContext.Local, "default", "bench", cancellationToken);
        var start = Stopwatch.GetTimestamp();
        await db.KvService.PutSettingsAsync(CallContext.Local, "default", "bench", settings with { Indexes = ["zip", "amount"] }, cancellationToken);
        await db.Views.RefreshIndexesAsync(CallContext.Local, "default", "bench", cancellationToken);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"views: two indexes in {Stopwatch.GetElapsedTime(start).TotalSeconds:N2} s"));
        foreach (var (what, filter) in new[]
        {
            ("zip = 12345", """{"eq":{"field":"zip","value":"12345"}}"""),
            ("500000 <= amount < 501000", """{"and":[{"gte":{"field":"amount","value":500000}},{"lt":{"field":"amount","value":501000}}]}"""),
            ("zip begins with 8999", """{"matches":{"field":"zip","value":"^8999"}}"""),
        })
        {
            var request = new KvQueryRequest { Filter = Encoding.UTF8.GetBytes(filter) };
            var (indexed, total, index) = await TimeAsync(db, request, cancellationToken);
            var (scanned, same, _) = await TimeAsync(db, request with { UseIndexes = false }, cancellationToken);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"views: {what}: {total:N0} of them; by index {index} {indexed:N2} ms, by looking at all {scanned:N1} ms ({same == total})"));
        }
    }

    // The best round.
    private static async Task<(double Milliseconds, long Total, string? Index)> TimeAsync(TemporalDatabase db, KvQueryRequest request, CancellationToken cancellationToken)
    {
        var (best, total, index) = (double.MaxValue, 0L, (string?)null);
        for (var round = 0; round < Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            var result = await db.KvService.QueryAsync(CallContext.Local, "default", "bench", request, cancellationToken);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            (total, index) = (result.Total ?? 0, result.Plan.Index);
        }

        return (best, total, index);
    }
}
