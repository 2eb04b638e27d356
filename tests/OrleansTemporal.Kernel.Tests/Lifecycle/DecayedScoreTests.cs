using OrleansTemporal.Causality;
using OrleansTemporal.Lifecycle;

namespace OrleansTemporal.Kernel.Tests.Lifecycle;

/// <summary>Goal: a running score is the sum over all events of what each has left, in whatever order they came.</summary>
public sealed class DecayedScoreTests
{
    private static readonly TimeSpan HalfLife = TimeSpan.FromHours(6);

    [Fact]
    public void half_is_left_after_a_half_life_and_a_quarter_after_two()
    {
        var score = default(DecayedScore).Add(8, At(0), HalfLife);
        Assert.Equal(8, score.At(At(0), HalfLife));
        Assert.Equal(4, score.At(At(6 * 60), HalfLife), 12);
        Assert.Equal(2, score.At(At(12 * 60), HalfLife), 12);
        Assert.Equal(8, score.At(HybridTimestamp.Zero, HalfLife));
        Assert.Equal(0, default(DecayedScore).At(At(1), HalfLife));
    }

    [Fact]
    public void the_running_score_is_the_sum_over_the_events_whatever_their_order() => Seeds.Each(200, random =>
    {
        var events = Enumerable.Range(0, random.Next(1, 60)).Select(_ => (Weight: random.NextDouble() * 10, Minute: random.Next(0, 10_000))).ToArray();
        var score = events.Aggregate(default(DecayedScore), static (sum, one) => sum.Add(one.Weight, At(one.Minute), HalfLife));
        var now = events.Max(static one => one.Minute) + random.Next(1_000);
        var expected = events.Sum(one => one.Weight * Math.Pow(2, -(now - one.Minute) / HalfLife.TotalMinutes));
        Assert.Equal(expected, score.At(At(now), HalfLife), expected * 1e-9);
    });

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void a_weight_that_is_none_is_refused(double weight) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => default(DecayedScore).Add(weight, At(1), HalfLife));

    [Fact]
    public void a_half_life_is_more_than_zero() =>
        Assert.Throws<ArgumentOutOfRangeException>(static () => default(DecayedScore).Add(1, At(1), TimeSpan.Zero));

    private static HybridTimestamp At(int minute) => HybridTimestamp.FromMilliseconds(1_000_000 + (60_000L * minute));
}
