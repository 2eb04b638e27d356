using System.Collections.Immutable;
using OrleansTemporal.Series;
using OrleansTemporal.Windows;

namespace OrleansTemporal.Kernel.Tests.Series;

public sealed class WindowFoldTests
{
    private const long Second = 1_000_000_000;

    private static readonly ImmutableArray<SeriesFunction> Functions =
        SeriesFunction.Parse(["count", "sum", "avg", "min", "max", "first", "last", "stddev", "rate", "p0", "p50", "p90", "p99.9", "p100"]);

    // Goal: windows and aggregates are what sorting and counting by hand gives, however the points are cut into parts.
    [Fact]
    public void windows_answer_as_sorting_and_counting_would() => Seeds.Each(400, random =>
    {
        var series = Enumerable.Range(0, random.Next(1, 4)).Select(rank => Points(random, rank)).ToArray();
        var window = AnyWindow(random);
        WindowRules.Validate(window);
        var fold = WindowFold.Of(window, null, SeriesNeed.Of(Functions));
        if (fold.NeedsOrder)
        {
            foreach (var point in series.SelectMany(points => points).OrderBy(point => point.Time).ThenBy(point => point.Rank))
            {
                fold.Add([point.Time], [point.Value], point.Rank);
            }
        }
        else
        {
            foreach (var points in series)
            {
                AddInParts(random, fold, points);
            }
        }

        var rows = fold.Rows("", Functions).ToArray();
        var expected = WindowOracle.Rows(series.SelectMany(points => points), window, Functions);
        WindowOracle.AssertSame(expected, rows);
    });

    [Fact]
    public void a_session_ends_a_gap_after_its_newest_point()
    {
        var rows = Fold(new WindowSpec { Kind = WindowKind.Session, Gap = 10 }, 0, 9, 18, 28, 30);
        Assert.Equal([(0L, 28L, 3L), (28L, 40L, 2L)], rows);
    }

    [Fact]
    public void a_sliding_window_begins_with_every_slide()
    {
        var rows = Fold(new WindowSpec { Kind = WindowKind.Sliding, Size = 10, Slide = 4 }, -1, 0, 11);
        Assert.Equal([(-8L, 2L, 2L), (-4L, 6L, 2L), (0L, 10L, 1L), (4L, 14L, 1L), (8L, 18L, 1L)], rows);
    }

    [Fact]
    public void an_adaptive_window_closes_on_its_target_and_at_the_latest_after_its_size()
    {
        var rows = Fold(new WindowSpec { Kind = WindowKind.Adaptive, Size = 100, Count = 3 }, 0, 1, 2, 3, 4, 150);
        Assert.Equal([(0L, 3L, 3L), (3L, 103L, 2L), (150L, 250L, 1L)], rows);
    }

    [Fact]
    public void a_chunk_of_one_window_is_added_by_its_summary_and_gives_the_same()
    {
        var (times, values) = (new long[] { 60, 61, 119 }, new[] { 1.5, -2, 1e300 });
        var functions = SeriesFunction.Parse(["count", "sum", "avg", "min", "max", "first", "last", "stddev", "rate"]);
        var window = new WindowSpec { Kind = WindowKind.Tumbling, Size = 60 };
        var (summed, folded) = (WindowFold.Of(window, null, SeriesNeed.Of(functions)), WindowFold.Of(window, null, SeriesNeed.Of(functions)));
        Assert.True(summed.TryAdd(ChunkSummary.Of(times, values), 0));
        Assert.False(summed.TryAdd(ChunkSummary.Of([119, 120], [1, 1]), 0));
        folded.Add(times, values, 0);
        var (expected, actual) = (folded.Rows("", functions).Single().Results, summed.Rows("", functions).Single().Results);
        Assert.Equal(string.Join(' ', expected.Select(value => $"{value:R}")), string.Join(' ', actual.Select(value => $"{value:R}")));
    }

    [Fact]
    public void percentiles_above_ten_thousand_points_are_within_a_percent() => Seeds.Each(4, random =>
    {
        var values = Enumerable.Range(0, 30_000).Select(_ => Math.Exp(random.NextDouble() * 40 - 20) * (random.Next(3) - 1)).ToArray();
        var times = Enumerable.Range(0, values.Length).Select(i => (long)i).ToArray();
        var fold = WindowFold.Of(WindowSpec.Whole, null, SeriesNeeds.Quantiles);
        for (var start = 0; start < values.Length; start += 3_000)
        {
            fold.Add(times.AsSpan(start, 3_000), values.AsSpan(start, 3_000), 0);
        }

        var functions = SeriesFunction.Parse(["p0", "p1", "p25", "p50", "p75", "p99", "p99.9", "p100"]);
        var results = fold.Rows("", functions).Single().Results;
        Array.Sort(values);
        for (var i = 0; i < functions.Length; i++)
        {
            var exact = WindowOracle.Percentile(values, functions[i].Share);
            Assert.True(Math.Abs(results[i] - exact) <= 0.01 * Math.Abs(exact), $"{functions[i].Name}: {results[i]:R} for {exact:R}");
        }
    });

    private static (long Start, long End, long Count)[] Fold(WindowSpec window, params long[] times)
    {
        var fold = WindowFold.Of(window, null, SeriesNeeds.None);
        fold.Add(times, new double[times.Length], 0);
        return [.. fold.Rows("", SeriesFunction.Parse(["count"])).Select(row => (row.Start, row.End, row.Count))];
    }

    private static WindowSpec AnyWindow(Random random) => random.Next(6) switch
    {
        0 => WindowSpec.Whole,
        1 => new WindowSpec { Kind = WindowKind.Tumbling, Size = random.Next(1, 90) * Second },
        2 => new WindowSpec { Kind = WindowKind.Sliding, Size = random.Next(1, 40) * Second, Slide = random.Next(1, 40) * Second },
        3 => new WindowSpec { Kind = WindowKind.Session, Gap = random.Next(1, 5) * Second },
        4 => new WindowSpec { Kind = WindowKind.Count, Count = random.Next(1, 40) },
        _ => new WindowSpec { Kind = WindowKind.Adaptive, Size = random.Next(1, 40) * Second, Count = random.Next(0, 20), Magnitude = random.Next(1, 2_000) },
    };

    private static WindowPoint[] Points(Random random, int rank)
    {
        var count = random.Next(1, 200);
        var values = SeriesSamples.FiniteValues(random, count);
        var time = random.Next(-100, 100) * Second;
        var points = new WindowPoint[count];
        for (var i = 0; i < count; i++)
        {
            time += random.Next(1, 3_000) * (Second / 1_000);
            points[i] = new WindowPoint(time, values[i], rank);
        }

        return points;
    }

    private static void AddInParts(Random random, WindowFold fold, WindowPoint[] points)
    {
        for (var start = 0; start < points.Length;)
        {
            var part = points.AsSpan(start, random.Next(1, Math.Min(64, points.Length - start) + 1)).ToArray();
            fold.Add(part.Select(point => point.Time).ToArray(), part.Select(point => point.Value).ToArray(), part[0].Rank);
            start += part.Length;
        }
    }
}
