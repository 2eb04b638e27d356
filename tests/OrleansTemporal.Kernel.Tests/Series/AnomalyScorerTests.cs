using System.Globalization;
using OrleansTemporal.Series;
using Xunit.Abstractions;

namespace OrleansTemporal.Kernel.Tests.Series;

/// <summary>Goal: what was planted is found, little else is reported, and neither unit nor size of values matters.</summary>
public sealed class AnomalyScorerTests(ITestOutputHelper output)
{
    private const double Alarm = 0.7;

    [Theory]
    [InlineData(1, 0)]
    [InlineData(24, 5)]
    [InlineData(288, 5)]
    public void spikes_are_found_and_little_else(int period, double amplitude)
    {
        var (found, planted, alarms, points) = (0, 0, 0, 0);
        for (var seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            var values = Synthetic.Seasonal(random, 3_000, period, amplitude);
            var spikes = Enumerable.Range(0, 10).Select(i => 1_200 + (i * 170) + random.Next(100)).ToHashSet();
            foreach (var at in spikes)
            {
                values[at] += random.Next(2) == 0 ? 9 : -9;
            }

            var scores = ScoresOf(values);
            planted += spikes.Count;
            found += spikes.Count(at => scores[at] > Alarm);
            alarms += Enumerable.Range(0, values.Length).Count(at => scores[at] > Alarm && !spikes.Contains(at));
            points += values.Length;
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"period {period}: {found} of {planted} found, {alarms} of {points} false"));
        Assert.True(found >= 0.95 * planted, $"{found} of {planted}");
        Assert.True(alarms <= points / 1_000, $"{alarms} of {points}");
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(24, 5)]
    public void a_shift_of_the_level_is_reported_when_it_comes_and_not_for_ever(int period, double amplitude)
    {
        var (found, late) = (0, 0);
        for (var seed = 0; seed < 30; seed++)
        {
            var values = Synthetic.Seasonal(new Random(seed), 3_000, period, amplitude);
            for (var i = 1_500; i < values.Length; i++)
            {
                values[i] += 12;
            }

            var scores = ScoresOf(values);
            found += scores[1_500..1_503].Any(static score => score > Alarm) ? 1 : 0;
            late += scores[1_560..].Count(static score => score > Alarm);
        }

        Assert.True(found >= 29, $"{found} of 30");
        Assert.True(late <= 60, $"{late} alarms when the level was known");
    }

    [Fact]
    public void a_season_that_does_not_come_is_found()
    {
        var found = 0;
        for (var seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            var values = Synthetic.Seasonal(random, 3_000, 48, 8);
            for (var i = 2_016; i < 2_064; i++)
            {
                values[i] = 100 + Synthetic.Normal(random);
            }

            var scores = ScoresOf(values);
            found += scores[2_016..2_064].Any(static score => score > 0.8) && scores[1_000..2_016].Count(static score => score > 0.8) <= 1 ? 1 : 0;
        }

        Assert.True(found >= 28, $"{found} of 30");
    }

    [Fact]
    public void p_values_are_as_rare_as_they_say()
    {
        foreach (var memory in new[] { 0, 0.7, 1 })
        {
            var readings = Enumerable.Range(0, 30).SelectMany(seed => ReadingsOf(Synthetic.Remembering(new Random(seed), 2_000, memory)).Skip(200)).ToArray();
            foreach (var level in new[] { 0.5, 0.1, 0.01, 0.001 })
            {
                var share = readings.Count(reading => reading.PValue <= level) / (double)readings.Length;
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"memory {memory}, p {level}: {share}"));
                Assert.InRange(share, level / 2, level * 2);
            }
        }
    }

    [Fact]
    public void heavy_tails_make_no_flood_of_alarms()
    {
        var (alarms, points) = (0, 0);
        for (var seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);

            // Laplace's distribution, and Student's with three degrees of freedom.
            double[] values = [.. Enumerable.Range(0, 3_000).Select(_ => seed % 2 == 0
                ? Math.Log(1 - random.NextDouble()) * (random.Next(2) == 0 ? 1 : -1)
                : Synthetic.Normal(random) / Math.Sqrt(Enumerable.Range(0, 3).Sum(_ => Math.Pow(Synthetic.Normal(random), 2)) / 3))];
            alarms += ScoresOf(values).Count(static score => score > Alarm);
            points += values.Length;
        }

        Assert.True(alarms <= points / 300, $"{alarms} of {points}");
    }

    [Fact]
    public void neither_unit_nor_origin_matters_and_the_same_comes_out_twice()
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var values = Synthetic.Seasonal(new Random(seed), 1_000, 24, 5);
            values[700] += 20;
            var scores = ScoresOf(values);
            Assert.Equal(scores, ScoresOf(values));
            Assert.Equal(scores, ScoresOf([.. values.Select(static value => value * 1024)]));
            Assert.Equal(scores, ScoresOf([.. values.Select(static value => -value)]));
            Assert.All(scores.Zip(ScoresOf([.. values.Select(static value => (value * 1e-9) - 1e-6)])), static pair => Assert.Equal(pair.First, pair.Second, 0.01));
        }
    }

    [Fact]
    public void gaps_and_jitter_do_not_shift_the_season()
    {
        var (found, alarms) = (0, 0);
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var values = Synthetic.Seasonal(random, 3_000, 24, 8);
            values[2_500] += 12;
            var scorer = new AnomalyScorer();
            for (var i = 0; i < values.Length; i++)
            {
                if (random.Next(10) == 0 && i != 2_500)
                {
                    continue;
                }

                var score = scorer.Next((i * Synthetic.Minute) + random.NextInt64(Synthetic.Minute / 5), values[i]).Score;
                found += i == 2_500 && score > Alarm ? 1 : 0;
                alarms += i != 2_500 && i > 500 && score > Alarm ? 1 : 0;
            }

            Assert.Equal(24, scorer.Period);
        }

        Assert.True(found >= 19, $"{found} of 20");
        Assert.True(alarms <= 60, $"{alarms} alarms");
    }

    [Fact]
    public void any_values_at_any_times_have_a_score()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var values = SeriesSamples.AnyValues(random, 600).Where(double.IsFinite).ToArray();
            var scorer = new AnomalyScorer();
            var time = long.MinValue;
            foreach (var value in values)
            {
                var reading = scorer.Next(time, value);
                time += random.Next(3) switch { 0 => 1, 1 => random.Next(1, 1_000_000), _ => long.MaxValue / 400 };
                Assert.True(reading.Score is >= 0 and <= 1 && reading.PValue is > 0 and <= 1, $"seed {seed}: {reading}");
            }
        }
    }

    [Fact]
    public void the_first_points_and_what_never_moves_are_no_anomalies()
    {
        var constant = ReadingsOf([.. Enumerable.Repeat(5.0, 500)]);
        Assert.All(constant, static reading => Assert.Equal(0, reading.Score));
        Assert.All(constant.Take(AnomalyScorer.WarmUpCount), static reading => Assert.Equal(AnomalyReading.Unknown, reading));
        Assert.True(ScoresOf([.. Enumerable.Repeat(5.0, 500), 5.001])[500] > 0.9);
    }

    private static double[] ScoresOf(double[] values) => [.. ReadingsOf(values).Select(static reading => reading.Score)];

    private static AnomalyReading[] ReadingsOf(double[] values)
    {
        var scorer = new AnomalyScorer();
        return [.. values.Select((value, i) => scorer.Next(i * Synthetic.Minute, value))];
    }
}
