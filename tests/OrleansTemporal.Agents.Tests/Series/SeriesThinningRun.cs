using System.Collections.Immutable;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Series;
using OrleansTemporal.Windows;

namespace OrleansTemporal.Agents.Tests.Series;

/// <summary>A stream that is written to, thinned, sealed and opened again at random, beside a list of everything that it took.</summary>
internal sealed class SeriesThinningRun(HeldStore store, Random random)
{
    private const string Workspace = "default";
    private const string Stream = "s";
    private const long Second = 1_000_000_000;
    private const long Day = 86_400 * Second;
    private static readonly string[] Functions = ["count", "sum", "avg", "min", "max", "first", "last", "stddev", "rate"];
    private static readonly SeriesTags[] Tags = [.. new[] { "a", "b", "c" }.Select(static host => SeriesTags.Of([KeyValuePair.Create("host", host)]))];
    private readonly SeriesOracle oracle = new();

    private long Now => EventTime.Of(store.Database.SystemTime).Nanoseconds;

    public int Refused { get; private set; }

    public async Task WriteDayAsync(int lateDays)
    {
        for (var batch = random.Next(1, 8); batch > 0; batch--)
        {
            var isLate = random.Next(4) == 0;
            var points = Enumerable.Range(0, random.Next(1, 60)).Select(_ => (
                Tags: Tags[random.Next(Tags.Length)],
                Time: isLate ? Now - random.NextInt64(lateDays * Day) : Now - random.NextInt64(Day),
                Value: random.Next(3) == 0 ? random.Next(100) : Math.Round(random.NextDouble() * 100, 2))).ToArray();
            var written = new SeriesBatch();
            foreach (var (tags, time, value) in points)
            {
                written.Add(tags, "v", new EventTime(time / Second * Second), value);
            }

            if (await TryAsync(() => store.Database.SeriesService.WriteAsync(CallContext.Local, Workspace, Stream, written, CancellationToken.None)) is { } report)
            {
                oracle.Write(points.Select(static point => (SeriesKey.Of(point.Tags, "v").Text, point.Time / Second * Second, point.Value)), report.Receipts[0]);
            }
        }

        if (random.Next(3) == 0)
        {
            var from = (Now - random.NextInt64(lateDays * Day)) / (600 * Second) * (600 * Second);
            var selector = new SeriesSelector { From = random.Next(6) == 0 ? long.MinValue : from, To = from + (random.Next(1, 6) * 600 * Second), Tags = random.Next(2) == 0 ? [] : [new TagMatcher("host", TagMatcherKind.Equal, "a")] };
            if (await TryAsync(() => store.Database.SeriesService.DeleteAsync(CallContext.Local, Workspace, Stream, selector, CancellationToken.None)) is { } report)
            {
                oracle.Delete(selector, report.Receipts[0]);
            }
        }
    }

    public async Task CheckAsync()
    {
        var kept = (await store.Database.Series(Stream).DescribeAsync()).Kept;
        await CheckPointsAsync(kept);
        for (var i = 0; i < 12; i++)
        {
            await CheckAggregatesAsync(kept);
            await CheckMomentAsync(kept);
        }

        Assert.All(await store.Database.Agents.VerifyAsync(CallContext.Local, Workspace, CancellationToken.None), static report => Assert.Null(report.Fault));
    }

    /// <summary>What is kept is no more than policy lets go.</summary>
    public async Task<SeriesKept> KeptAsync() => (await store.Database.Series(Stream).DescribeAsync()).Kept;

    private async Task<SeriesWriteReport?> TryAsync(Func<ValueTask<SeriesWriteReport>> write)
    {
        try
        {
            return await write();
        }
        catch (TemporalException old) when (old.Code == ErrorCodes.PointsExpired)
        {
            Assert.Equal(ErrorKind.Invalid, old.Kind);
            Refused++;
            return null;
        }
    }

    private async Task CheckPointsAsync(SeriesKept kept)
    {
        var now = store.Database.SystemTime;
        var points = await ReadAsync(new SeriesPointsQuery { Selector = new SeriesSelector(), Limit = 100_000 });
        var expected = oracle.Points(new SeriesSelector { From = kept.PointsFrom }, now);
        Assert.Equal(expected.Select(static point => (point.Series, point.Time, point.Value)), points);

        var coarse = await ReadAsync(new SeriesPointsQuery { Selector = new SeriesSelector(), Limit = 100_000, IsCoarse = true });
        var lasts = oracle.Points(new SeriesSelector { From = kept.From, To = kept.PointsFrom }, now)
            .GroupBy(point => (point.Series, kept.StepAt(point.Time), SeriesKeeping.FloorOf(point.Time, kept.StepAt(point.Time))))
            .Select(static window => window.MaxBy(static point => point.Time)!)
            .OrderBy(static point => point.Time).ThenBy(static point => point.Series, StringComparer.Ordinal);
        Assert.Equal(lasts.Concat(expected).Select(static point => (point.Series, point.Time, point.Value)), coarse);
        var info = await store.Database.Series(Stream).DescribeAsync();
        Assert.Equal(oracle.Points(new SeriesSelector { From = kept.From }, now).Length, info.PointCount);

        if (!kept.Bands.IsEmpty)
        {
            var gone = await Assert.ThrowsAsync<TemporalException>(() => ReadAsync(new SeriesPointsQuery { Selector = new SeriesSelector { From = kept.PointsFrom - 1 } }));
            Assert.Equal((ErrorKind.Gone, ErrorCodes.HistoryExpired, "from"), (gone.Kind, gone.Code, gone.Field));
        }
    }

    private async Task<List<(string, long, double)>> ReadAsync(SeriesPointsQuery query)
    {
        var page = await store.Database.SeriesService.ReadAsync(CallContext.Local, Workspace, Stream, query, CancellationToken.None);
        Assert.False(page.HasMore);
        return [.. page.Rows.Select((row, at) => (page.Series[row], page.Times[at], page.Values[at]))];
    }

    // Windows that are multiples of every step, in bounds that are: the same numbers as if nothing had gone.
    private async Task CheckAggregatesAsync(SeriesKept kept)
    {
        var step = kept.Bands.IsEmpty ? 60 * Second : kept.Bands.Max(static band => band.Step);
        var size = step * random.Next(1, 4);
        var selector = new SeriesSelector
        {
            From = random.Next(2) == 0 ? long.MinValue : SeriesKeeping.FloorOf(Now - random.NextInt64(60 * Day), step),
            To = random.Next(2) == 0 ? long.MaxValue : SeriesKeeping.FloorOf(Now - random.NextInt64(10 * Day), step),
        };
        var window = random.Next(3) switch
        {
            0 => WindowSpec.Whole,
            1 => new WindowSpec { Kind = WindowKind.Tumbling, Size = size },
            _ => new WindowSpec { Kind = WindowKind.Sliding, Size = size * 2, Slide = size },
        };
        var query = new SeriesAggregateQuery { Selector = selector, Functions = [.. Functions], Window = window, GroupBy = random.Next(2) == 0 ? ["host"] : [] };
        var rows = (await store.Database.Series(Stream).AggregateAsync(query)).Rows;
        var points = oracle.Points(selector with { From = Math.Max(selector.From, kept.From) }, store.Database.SystemTime);
        var expected = ExpectedOf(points, query);
        Assert.Equal(expected.Count, rows.Length);
        foreach (var row in rows)
        {
            var those = expected[(row.Tags, window.Kind == WindowKind.Whole ? 0 : row.Start)];
            Assert.Equal(those.Length, row.Count);
            Assert.Equal((those.Length, those.Min(static one => one.Value), those.Max(static one => one.Value)), (row.Results[0], row.Results[3], row.Results[4]));
            Assert.Equal((those[0].Value, those.OrderBy(static one => (one.Time, one.Series)).Last().Value), (row.Results[5], row.Results[6]));
            var error = 1e-12 * those.Sum(static one => Math.Abs(one.Value));
            Assert.InRange(row.Results[1], (double)those.Sum(static one => (decimal)one.Value) - error - 1e-12, (double)those.Sum(static one => (decimal)one.Value) + error + 1e-12);
            Assert.Equal(those.Average(static one => (double)one.Value), row.Results[2], 1e-9);
            var mean = those.Average(static one => one.Value);
            Assert.Equal(those.Length < 2 ? double.NaN : Math.Sqrt(those.Sum(one => (one.Value - mean) * (one.Value - mean)) / (those.Length - 1)), row.Results[7], 1e-9);
        }
    }

    private static Dictionary<(string Tags, long Start), SeriesVersion[]> ExpectedOf(SeriesVersion[] points, SeriesAggregateQuery query)
    {
        var windows = new Dictionary<(string, long), List<SeriesVersion>>();
        foreach (var point in points)
        {
            var tags = query.GroupBy.IsEmpty ? "" : SeriesKey.Parse(point.Series).Tags.Text;
            var (size, slide) = (query.Window.Size, query.Window.Kind == WindowKind.Sliding ? query.Window.Slide : query.Window.Size);
            var starts = query.Window.Kind == WindowKind.Whole ? [0] : Enumerable.Range(0, (int)(size / slide)).Select(back => SeriesKeeping.FloorOf(point.Time, slide) - (back * slide));
            foreach (var start in starts)
            {
                if (!windows.TryGetValue((tags, start), out var those))
                {
                    windows[(tags, start)] = those = [];
                }

                those.Add(point);
            }
        }

        return windows.ToDictionary(static window => window.Key, static window => window.Value.ToArray());
    }

    // As of a moment: as it was, or gone; never gone where points are kept as they are.
    private async Task CheckMomentAsync(SeriesKept kept)
    {
        var (time, sequence) = oracle.Moments[random.Next(oracle.Moments.Count)];
        var from = random.Next(3) switch
        {
            0 => long.MinValue,
            1 => Math.Max(kept.PointsFrom, Now - random.NextInt64(10 * Day)),
            _ => Now - random.NextInt64(40 * Day),
        };
        var selector = new SeriesSelector { From = from, To = random.Next(2) == 0 ? long.MaxValue : from < 0 ? 0 : from + random.NextInt64(10 * Day) };
        try
        {
            var points = await ReadAsync(new SeriesPointsQuery { Selector = selector, Limit = 100_000, AsOf = random.Next(2) == 0 ? AsOf.At(time) : AsOf.After(sequence) });
            var begin = from == long.MinValue ? kept.PointsFrom : Math.Max(from, kept.From);
            Assert.Equal(oracle.Points(selector with { From = begin }, time).Select(static point => (point.Series, point.Time, point.Value)), points);
        }
        catch (TemporalException gone) when (gone.Code == ErrorCodes.HistoryExpired)
        {
            Assert.True(from < kept.PointsFrom, $"points from {from} on are kept as of {time}");
        }
    }
}
