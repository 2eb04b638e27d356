using System.Collections.Immutable;
using OrleansTemporal.Series;
using OrleansTemporal.Windows;

namespace OrleansTemporal.Kernel.Tests.Series;

/// <summary>Windows and aggregates as one would write them on paper, slowly.</summary>
internal static class WindowOracle
{
    public static WindowOracleRow[] Rows(IEnumerable<WindowPoint> all, WindowSpec window, ImmutableArray<SeriesFunction> functions)
    {
        var points = all.OrderBy(point => point.Time).ThenBy(point => point.Rank).ToArray();
        return [.. Windows(points, window).Select(found => new WindowOracleRow(
            found.Start,
            found.End,
            found.Points.Length,
            [.. functions.Select(function => Result(found.Points, function))],
            [.. functions.Select(function => ToleranceOf(found.Points, function))]))];
    }

    public static void AssertSame(WindowOracleRow[] expected, SeriesAggregateRow[] actual)
    {
        Assert.Equal(expected.Select(row => (row.Start, row.End, row.Count)), actual.Select(row => (row.Start, row.End, row.Count)));
        for (var i = 0; i < expected.Length; i++)
        {
            for (var k = 0; k < expected[i].Results.Length; k++)
            {
                AssertNear(expected[i].Results[k], actual[i].Results[k], expected[i].Tolerances[k], k);
            }
        }
    }

    public static double Percentile(double[] sorted, double share) =>
        sorted[Math.Clamp((int)Math.Ceiling((decimal)share * sorted.Length) - 1, 0, sorted.Length - 1)];

    private static void AssertNear(double expected, double actual, double allowed, int function)
    {
        if (double.IsNaN(expected) || double.IsInfinity(expected) || double.IsInfinity(actual))
        {
            Assert.Equal(double.IsNaN(expected), double.IsNaN(actual));
            return;
        }

        var tolerance = Math.Max(Math.Max(Math.Abs(expected) * 1e-9, allowed), 20 * double.Epsilon);
        Assert.True(Math.Abs(expected - actual) <= tolerance, $"function {function}: {actual:R}, not {expected:R}");
    }

    // Sums and averages as rest.md promises them: of the sum of absolute values, which is above the largest double at times.
    private static double ToleranceOf(WindowPoint[] points, SeriesFunction function) => function.Kind switch
    {
        SeriesFunctionKind.Sum => points.Sum(point => Math.Abs(point.Value) * 1e-12),
        SeriesFunctionKind.Avg => points.Sum(point => Math.Abs(point.Value) * 1e-12) / points.Length,
        _ => 0,
    };

    private static IEnumerable<(long Start, long End, WindowPoint[] Points)> Windows(WindowPoint[] points, WindowSpec window)
    {
        switch (window.Kind)
        {
            case WindowKind.Whole:
                yield return (points[0].Time, points[^1].Time + 1, points);
                break;
            case WindowKind.Tumbling:
            case WindowKind.Sliding:
                var slide = window.Kind == WindowKind.Tumbling ? window.Size : window.Slide;
                var start = (points[0].Time - window.Size) / slide * slide - slide;
                for (; start <= points[^1].Time; start += slide)
                {
                    var inside = points.Where(point => point.Time >= start && point.Time < start + window.Size).ToArray();
                    if (inside.Length > 0)
                    {
                        yield return (start, start + window.Size, inside);
                    }
                }

                break;
            default:
                foreach (var found in Closing(points, window))
                {
                    yield return found;
                }

                break;
        }
    }

    private static IEnumerable<(long Start, long End, WindowPoint[] Points)> Closing(WindowPoint[] points, WindowSpec window)
    {
        var inside = new List<WindowPoint>();
        for (var i = 0; i < points.Length; i++)
        {
            inside.Add(points[i]);
            long? next = i + 1 < points.Length ? points[i + 1].Time : null;
            var full = window.Kind != WindowKind.Session
                && ((window.Count > 0 && inside.Count == window.Count) || (window.Magnitude > 0 && inside.Sum(point => Math.Abs(point.Value)) >= window.Magnitude));
            var late = window.Kind switch
            {
                WindowKind.Session => next >= points[i].Time + window.Gap,
                WindowKind.Adaptive => next >= inside[0].Time + window.Size,
                _ => false,
            };
            if (full || late || next is null)
            {
                var end = window.Kind == WindowKind.Session ? points[i].Time + window.Gap
                    : window.Kind == WindowKind.Adaptive && !full ? inside[0].Time + window.Size
                    : points[i].Time + 1;
                yield return (inside[0].Time, end, [.. inside]);
                inside.Clear();
            }
        }
    }

    private static double Result(WindowPoint[] points, SeriesFunction function)
    {
        var values = points.Select(point => point.Value).ToArray();

        // Scaled so that squares of the largest and the least neither overflow nor vanish.
        var scale = values.Max(Math.Abs) is > 0 and var largest ? Math.ILogB(largest) : 0;
        var scaled = values.Select(value => Math.ScaleB(value, -scale)).ToArray();
        return function.Kind switch
        {
            SeriesFunctionKind.Count => values.Length,
            SeriesFunctionKind.Sum => Math.ScaleB(Sum(scaled), scale),
            SeriesFunctionKind.Avg => Math.ScaleB(Sum(scaled) / values.Length, scale),
            SeriesFunctionKind.Min => values.Min(),
            SeriesFunctionKind.Max => values.Max(),
            SeriesFunctionKind.First => points[0].Value,
            SeriesFunctionKind.Last => points[^1].Value,
            SeriesFunctionKind.StdDev when values.Length < 2 => double.NaN,
            SeriesFunctionKind.StdDev => Math.ScaleB(Math.Sqrt(scaled.Sum(value => Math.Pow(value - (Sum(scaled) / scaled.Length), 2)) / (scaled.Length - 1)), scale),
            SeriesFunctionKind.Rate => Rate(points),
            _ => Percentile([.. values.Order()], function.Share),
        };
    }

    private static double Sum(double[] values)
    {
        // Kahan and Babuška, as improved by Neumaier.
        var (sum, rest) = (0.0, 0.0);
        foreach (var value in values)
        {
            var total = sum + value;
            rest += Math.Abs(sum) >= Math.Abs(value) ? sum - total + value : value - total + sum;
            sum = total;
        }

        return sum + rest;
    }

    private static double Rate(WindowPoint[] points)
    {
        var rates = points.GroupBy(point => point.Rank).OrderBy(part => part.Key)
            .Where(part => part.Last().Time > part.First().Time)
            .Select(part => (part.Last().Value - part.First().Value) / ((part.Last().Time - part.First().Time) / 1e9)).ToArray();
        return rates.Length == 0 ? double.NaN : rates.Sum();
    }
}
