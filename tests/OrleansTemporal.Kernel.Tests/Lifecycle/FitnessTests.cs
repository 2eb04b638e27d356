using OrleansTemporal.Lifecycle;

namespace OrleansTemporal.Kernel.Tests.Lifecycle;

public sealed class FitnessTests
{
    [Theory]
    [InlineData(0, 0, 0, 0, 0)]
    [InlineData(2, 3, 0, 7, 5)]
    [InlineData(2, 3, 1.5, 8, 5.5)]
    [InlineData(0, 0, 0, 9.5, -2.5)]
    [InlineData(1, 0, 0, -3, 1)]
    public void by_default_needs_and_reads_count_one_and_days_beyond_the_seventh_take_one(long references, long descendants, double heat, double days, double score) =>
        Assert.Equal(score, Fitness.ScoreOf(references, descendants, heat, TimeSpan.FromDays(days), new LifecycleFitness()), 9);

    [Fact]
    public void weights_say_what_counts()
    {
        var weights = new LifecycleFitness { Reference = 10, Descendant = 0, Heat = 0.5, Day = 2, Grace = TimeSpan.FromDays(1) };
        Assert.Equal(10 + 2 - 4, Fitness.ScoreOf(1, 5, 4, TimeSpan.FromDays(3), weights), 9);
    }

    [Theory]
    [InlineData(-0.1, 0)]
    [InlineData(0, 1)]
    [InlineData(1.9, 2)]
    [InlineData(2, 3)]
    [InlineData(8, 5)]
    [InlineData(1e9, 5)]
    public void a_score_falls_into_one_band(double score, int band) => Assert.Equal(band, Fitness.BandOf(score));
}
