using System.Diagnostics;
using System.Globalization;
using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Benchmarks.Kv;
using OrleansTemporal.Causality;
using OrleansTemporal.Hosting;
using OrleansTemporal.Series;
using OrleansTemporal.Views;

namespace OrleansTemporal.Benchmarks.Views;

/// <content>Views over a stream.</content>
public sealed partial class ViewsBenchmark
{
    private const int HostCount = 1_000;
    private const int PointsPerWrite = 10_000;

    private static async Task RunPointsAsync(TemporalDatabase db, int count, int changes, CancellationToken cancellationToken)
    {
        var written = await WritePointsAsync(db, 0, count, cancellationToken);
        foreach (var (view, definition) in new[]
        {
            ("points", """{"source":"series/bench","query":{"sort":["value"]},"refresh":"manual"}"""),
            ("hosts", """{"source":"series/bench","query":{"groupBy":["tags.host"],"aggregate":{"n":{"count":"*"},"s":{"sum":"value"},"hi":{"max":"value"}}},"refresh":"manual"}"""),
        })
        {
            await db.Views.PutAsync(CallContext.Local, "default", view, ViewDefinitionJson.Parse(Encoding.UTF8.GetBytes(definition)), cancellationToken);
            var start = Stopwatch.GetTimestamp();
            var stats = await db.Views.RefreshAsync(CallContext.Local, "default", view, cancellationToken);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"views: {view}: {written:N0} points built in {Stopwatch.GetElapsedTime(start).TotalSeconds:N2} s into {stats.RowCount:N0} rows, {stats.Bytes / Math.Max(1, stats.RowCount):N0} bytes each"));
            var (walls, processors) = (new List<double>(), new List<double>());
            for (var round = 1; round <= Rounds; round++)
            {
                written = await WritePointsAsync(db, written, changes, cancellationToken);
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
                $"views: {view}: median of {Rounds} rounds {KvBench.Median(walls):N2} us for each of {changes:N0} points ({walls.Min():N2} to {walls.Max():N2}), of processor {KvBench.Median(processors):N2}"));
            start = Stopwatch.GetTimestamp();
            var page = await db.Views.ReadAsync(CallContext.Local, "default", view, new ViewRowsRequest(), cancellationToken);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"views: {view}: a page of {page.Rows.Length + page.Groups.Length} in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:N2} ms"));
            await db.Views.DeleteAsync(CallContext.Local, "default", view, cancellationToken);
        }
    }

    private static async Task<int> WritePointsAsync(TemporalDatabase db, int first, int count, CancellationToken cancellationToken)
    {
        var stream = db.Series("bench");
        var batch = new SeriesBatch();
        for (var i = first; i < first + count; i++)
        {
            batch.Add(SeriesTags.Of([new("host", $"h{i % HostCount}")]), "usage", new EventTime(i * 1_000_000L), (i * 7919L) % 10_007);
            if (batch.Count == PointsPerWrite || i == first + count - 1)
            {
                await stream.WriteAsync(batch, cancellationToken);
                batch.Clear();
            }
        }

        return first + count;
    }
}
