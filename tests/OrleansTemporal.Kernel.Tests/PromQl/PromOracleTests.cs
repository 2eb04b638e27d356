using OrleansTemporal.Errors;
using OrleansTemporal.PromQl;
using static OrleansTemporal.Kernel.Tests.PromQl.PromSampleSets;

namespace OrleansTemporal.Kernel.Tests.PromQl;

/// <summary>Random queries over random series.</summary>
public sealed class PromOracleTests
{
    // Goal: over steps, a query answers at each of them what the rules say for that moment alone.
    [Fact]
    public void queries_answer_at_each_step_as_the_rules_say_for_a_moment() => Seeds.Each(2_000, static random =>
    {
        var series = SeriesOf(random);
        var (start, step) = (random.Next(-100, 600) * 1_000L, random.Next(1, 200) * 500L);
        var grid = PromGrid.Range(start, start + (step * random.Next(0, 8)) + random.Next(500), step);
        var oracle = new PromOracle(random, series, grid.Start, grid.End);
        var query = oracle.Next(random.Next(4));
        var expected = Enumerable.Range(0, grid.Count).Select(step => query.At(grid.At(step))).ToArray();
        if (expected.Contains(null))
        {
            Assert.Equal(ErrorCodes.QueryFailed, Assert.Throws<TemporalException>(() => Range(query.Text, grid, series)).Code);
            return;
        }

        var actual = Range(query.Text, grid, series).Series;
        var labels = actual.Select(static series => series.Labels.ToString()).ToArray();
        Assert.Equal(labels.Distinct(), labels);
        for (var at = 0; at < grid.Count; at++)
        {
            var values = actual.Where(series => series.Times.Contains(grid.At(at))).ToDictionary(static series => series.Labels, series => series.Values[series.Times.IndexOf(grid.At(at))]);
            Assert.True(expected[at]!.Count == values.Count && expected[at]!.All(pair => values.TryGetValue(pair.Key, out var value) && IsNear(pair.Value, value)), $"{query.Text} at {grid.At(at)}: {TextOf(expected[at]!)} and {TextOf(values)}");
            if (at == 0 && grid.Count == 1)
            {
                Assert.Equal(values.Count, Instant(query.Text, grid.Start / 1e3, series).Series.Length);
            }
        }
    });

    private static PromSamples[] SeriesOf(Random random)
    {
        var series = new Dictionary<string, PromSamples>();
        for (var i = random.Next(1, 9); i > 0; i--)
        {
            var labels = new[] { "m", "n" }[random.Next(2)] + string.Concat("abc".Select(letter => random.Next(3) is > 0 and var value ? $" {letter}={value}" : ""));
            var (time, value, isCounter) = (random.Next(-200, 100) * 1.0, 0.0, random.Next(2) == 0);
            var samples = new List<(double, double)>();
            for (var count = random.Next(60); count > 0; count--)
            {
                time += random.Next(8) == 0 ? random.Next(1, 400) : random.Next(1, 30_000) / 1e3;
                value = isCounter ? (random.Next(9) == 0 ? 0 : value + random.Next(20)) : (random.NextDouble() * 40) - 20;
                samples.Add((Math.Round(time, 3), value));
            }

            series[labels] = Of(labels, [.. samples.DistinctBy(static sample => (long)(sample.Item1 * 1_000))]);
        }

        return [.. series.Values];
    }

    // Sums in another order differ in their last digits, and what is left of two that are nearly the same in most of them.
    private static bool IsNear(double expected, double actual) =>
        expected.Equals(actual) || Math.Abs(expected - actual) <= 1e-8 * Math.Max(1, Math.Max(Math.Abs(expected), Math.Abs(actual)));

    private static string TextOf(Dictionary<PromLabels, double> values) => string.Join(" ", values.Select(static pair => $"{pair.Key}{pair.Value}").Order(StringComparer.Ordinal));
}
