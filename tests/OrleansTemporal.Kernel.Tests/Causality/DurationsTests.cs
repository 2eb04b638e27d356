using OrleansTemporal.Causality;

namespace OrleansTemporal.Kernel.Tests.Causality;

public class DurationsTests
{
    [Theory]
    [InlineData("0ms", 0)]
    [InlineData("250ms", 250)]
    [InlineData("1s", 1_000)]
    [InlineData("90m", 5_400_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("7d", 604_800_000)]
    public void a_duration_reads_back_as_it_was_written(string text, long milliseconds)
    {
        Assert.True(Durations.TryParse(text, out var duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
        Assert.Equal(text, Durations.Format(duration));
    }

    [Fact]
    public void the_text_has_the_largest_unit_that_is_exact() => Seeds.Each(500, random =>
    {
        var duration = TimeSpan.FromMilliseconds(random.NextInt64(1, 1L << random.Next(1, 48)));
        Assert.True(Durations.TryParse(Durations.Format(duration), out var again));
        Assert.Equal(duration, again);
    });

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("+1s")]
    [InlineData("1.5s")]
    [InlineData("1 s")]
    [InlineData("1S")]
    [InlineData("1w")]
    [InlineData("1s2s")]
    [InlineData("99999999999d")]
    [InlineData("99999999999999999999ms")]
    public void what_is_no_duration_is_not_read(string text) => Assert.False(Durations.TryParse(text, out _));
}
