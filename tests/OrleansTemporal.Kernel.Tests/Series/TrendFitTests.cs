using System.Globalization;
using OrleansTemporal.Series;
using Xunit.Abstractions;

namespace OrleansTemporal.Kernel.Tests.Series;

/// <summary>Goal: line and season of made series come out, whatever a tenth of the values are, and forecasts are between their bounds as often as they say.</summary>
public sealed class TrendFitTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1, 0.0)]
    [InlineData(1, 0.3)]
    [InlineData(24, 0.05)]
    [InlineData(24, -0.2)]
    public void line_and_season_are_found_under_outliers(int period, double slope)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var values = Synthetic.Seasonal(random, 500, period, 5, slope);
            for (var i = 0; i < 50; i++)
            {
                values[random.Next(values.Length)] += 500;
            }

            var fit = TrendFit.Of(values);
            Assert.Equal(period, fit.Period);
            Assert.Equal(slope, fit.Slope, 0.01);
            Assert.Equal(period, fit.Profile.Count());
            Assert.Equal(0, fit.Profile.Sum(), 1e-6);
            Assert.InRange(fit.Strength, period == 1 ? 0 : 0.6, period == 1 ? 0 : 0.95);
            Assert.Equal(period == 1 ? 100 : 100 + (0.1 * 1), fit.Intercept, 1.5);
        }
    }

    [Theory]
    [InlineData(1, 0.0, 0.0)]
    [InlineData(1, 0.5, 0.0)]
    [InlineData(24, 0.1, 0.0)]
    [InlineData(24, 0.0, 0.6)]
    [InlineData(1, 0.0, 0.9)]
    [InlineData(1, 0.0, 1.0)]
    public void forecasts_are_within_their_bounds_as_often_as_they_say(int period, double slope, double memory)
    {
        var (within, all) = (0, 0);
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var season = Synthetic.Seasonal(random, 400, period, 5, slope, noise: 0);
            double[] values = [.. season.Zip(Synthetic.Remembering(random, 400, memory), static (line, noise) => line + noise)];
            var fit = TrendFit.Of(values.AsSpan(0, 376));
            for (var steps = 1; steps <= 24; steps++)
            {
                var (value, low, high) = fit.Forecast(steps);
                Assert.True(low <= value && value <= high);
                within += values[375 + steps] >= low && values[375 + steps] <= high ? 1 : 0;
                all++;
            }
        }

        var share = within / (double)all;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"period {period}, slope {slope}, memory {memory}: {share:0.000} within"));
        Assert.InRange(share, 0.87, 0.99);
    }

    [Fact]
    public void any_values_have_a_line()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var values = SeriesSamples.AnyValues(random, random.Next(1, 200)).Select(value => double.IsInfinity(value) || random.Next(7) == 0 ? double.NaN : value).ToArray();
            values[0] = seed;
            var fit = TrendFit.Of(values);
            var (value, low, high) = fit.Forecast(1 + random.Next(100));
            Assert.False(double.IsNaN(fit.Slope) || double.IsNaN(fit.Intercept) || double.IsNaN(value) || double.IsNaN(low) || double.IsNaN(high), $"seed {seed}");
        }

        var line = TrendFit.Of([.. Enumerable.Range(0, 100).Select(static i => 3 + (2.0 * i))]);
        Assert.Equal((2, 3, 1), (Math.Round(line.Slope, 9), Math.Round(line.Intercept, 9), line.Period));
        Assert.Equal(3 + (2.0 * 109), line.Forecast(10).Value, 1e-9);
    }
}
