using System.Globalization;
using OrleansTemporal.Series;
using Xunit.Abstractions;

namespace OrleansTemporal.Kernel.Tests.Series;

/// <summary>Goal: related series are found with their distance, unrelated ones are not, and the sums are those of the textbook.</summary>
public sealed class RankCorrelatorTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(7, 1)]
    [InlineData(-12, -1)]
    public void a_series_that_follows_another_is_found_with_its_lag(int lag, int sign)
    {
        for (var seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            var first = Synthetic.Remembering(random, 500, 0.6);
            double[] second = [.. Enumerable.Range(0, 500).Select(i => i - lag is >= 0 and < 500
                ? (sign * Math.Exp(first[i - lag])) + (0.1 * Synthetic.Normal(random)) : Synthetic.Normal(random))];
            first[random.Next(500)] = double.MaxValue;
            second[random.Next(500)] = double.NaN;
            var found = new RankCorrelator(first, 30).Correlate(second)!.Value;
            Assert.Equal(lag, found.Lag);
            Assert.True(sign * found.Coefficient > 0.8 && found.PValue < 1e-6, $"seed {seed}: {found}");
        }
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.9)]
    [InlineData(1.0)]
    public void series_that_have_nothing_to_do_with_each_other_seldom_look_related(double memory)
    {
        var found = 0;
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var pair = new RankCorrelator(Synthetic.Remembering(random, 400, memory), 40).Correlate(Synthetic.Remembering(random, 400, memory))!.Value;
            found += pair.PValue < 0.01 ? 1 : 0;
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"memory {memory}: {found} of 200 below 0.01"));
        Assert.True(found <= 10, $"{found} of 200");
    }

    [Fact]
    public void the_coefficient_is_pearsons_of_the_ranks()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            double[] Any() => [.. SeriesSamples.AnyValues(random, 60).Select(value => random.Next(8) == 0 ? double.NaN : value)];
            var (first, second) = (Any(), Any());
            if (new RankCorrelator(first, 0).Correlate(second) is not { } found)
            {
                continue;
            }

            int[] both = [.. Enumerable.Range(0, 60).Where(i => !double.IsNaN(first[i]) && !double.IsNaN(second[i]))];
            Assert.Equal(both.Length, found.Count);
            Assert.Equal(Pearson([.. both.Select(i => Rank(first, i))], [.. both.Select(i => Rank(second, i))]), found.Coefficient, 1e-9);
        }
    }

    [Fact]
    public void what_does_not_move_is_related_to_nothing()
    {
        Assert.Null(new RankCorrelator(new double[100], 5).Correlate([.. Enumerable.Range(0, 100).Select(static i => (double)i)]));
        Assert.Null(new RankCorrelator([.. Enumerable.Range(0, 100).Select(static i => (double)i)], 5).Correlate([.. Enumerable.Repeat(double.NaN, 95), 1, 2, 3, 4, 5]));
    }

    [Fact]
    public void the_tail_of_the_normal_distribution_is_that_of_tables()
    {
        foreach (var (deviations, share) in new[] { (0, 1.0), (1, 0.31731050786291410), (1.959963984540054, 0.05), (3, 0.0026997960632601866), (5, 5.733031437583869e-7), (10, 1.523970604832105e-23), (37, 1.1e-299) })
        {
            Assert.InRange(GaussianTail.TwoSided(deviations) / share, deviations > 30 ? 0.5 : 1 - 1e-9, deviations > 30 ? 2 : 1 + 1e-9);
            Assert.Equal(GaussianTail.TwoSided(deviations), GaussianTail.TwoSided(-deviations));
        }
    }

    private static double Rank(double[] values, int at) =>
        values.Count(value => value < values[at]) + ((values.Count(value => value == values[at]) - 1) / 2.0);

    private static double Pearson(double[] x, double[] y)
    {
        var (meanX, meanY) = (x.Average(), y.Average());
        var covariance = x.Zip(y, (left, right) => (left - meanX) * (right - meanY)).Sum();
        return covariance / Math.Sqrt(x.Sum(value => Math.Pow(value - meanX, 2)) * y.Sum(value => Math.Pow(value - meanY, 2)));
    }
}
