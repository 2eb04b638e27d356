using System.Globalization;
using OrleansTemporal.Series;

namespace OrleansTemporal.Kernel.Tests.Series;

/// <summary>Goal: a season is found where there is one and nowhere else.</summary>
public sealed class SeasonFinderTests
{
    [Theory]
    [InlineData(7, 60)]
    [InlineData(24, 200)]
    [InlineData(24, 2_000)]
    [InlineData(60, 1_000)]
    [InlineData(288, 2_000)]
    [InlineData(1_000, 4_096)]
    public void the_period_of_a_season_is_found_under_noise_trend_and_outliers(int period, int count)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var values = Synthetic.Seasonal(random, count, period, amplitude: 4, slope: seed % 3 * 0.05);
            for (var i = 0; i < count / 50; i++)
            {
                values[random.Next(count)] += 1_000 * Synthetic.Normal(random);
            }

            Assert.True(Math.Abs(SeasonFinder.Find(values) - period) <= period / 100, $"seed {seed}: {SeasonFinder.Find(values)} instead of {period}");
        }
    }

    [Fact]
    public void a_season_is_found_across_gaps()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var values = Synthetic.Seasonal(random, 600, 24, amplitude: 4);
            Array.Fill(values, double.NaN, 100, 61);
            for (var i = 0; i < 100; i++)
            {
                values[random.Next(values.Length)] = double.NaN;
            }

            Assert.Equal(24, SeasonFinder.Find(values));
        }
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.7)]
    [InlineData(1.0)]
    public void noise_has_no_season_nor_has_a_walk(double memory)
    {
        var found = Enumerable.Range(0, 100).Select(seed => SeasonFinder.Find(Synthetic.Remembering(new Random(seed), 500, memory))).Where(static period => period > 1).ToArray();
        Assert.True(found.Length <= 5, string.Join(' ', found.Select(static period => period.ToString(CultureInfo.InvariantCulture))));
    }

    [Fact]
    public void what_does_not_move_has_no_season()
    {
        Assert.Equal(1, SeasonFinder.Find([]));
        Assert.Equal(1, SeasonFinder.Find([1, 2, 3]));
        Assert.Equal(1, SeasonFinder.Find(new double[100]));
        Assert.Equal(1, SeasonFinder.Find([.. Enumerable.Repeat(-7.5, 100)]));
        Assert.Equal(1, SeasonFinder.Find([.. Enumerable.Repeat(double.NaN, 100)]));
        Assert.Equal(1, SeasonFinder.Find([.. Enumerable.Range(0, 200).Select(static i => i * 1e300)]));
        Assert.Equal(12, SeasonFinder.Find([.. Enumerable.Range(0, 240).Select(static i => i % 12 == 5 ? double.MaxValue : 0)]));
    }
}
