using OrleansTemporal.Causality;
using OrleansTemporal.Windows;

namespace OrleansTemporal.Kernel.Tests.Windows;

public sealed class CalendarSlicesTests
{
    private const long Hour = 3_600_000_000_000;

    // Clocks go on from 0:00 to 1:00 on the second Sunday of March, so that day has no midnight, and back from 1:00 to 0:00
    // on the first Sunday of November, so that day has two.
    private static readonly TimeZoneInfo Zone = TimeZoneInfo.CreateCustomTimeZone(
        "test",
        TimeSpan.FromHours(-5),
        "test",
        "test",
        "test",
        [
            TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
                new DateTime(2000, 1, 1),
                new DateTime(2030, 12, 31),
                TimeSpan.FromHours(1),
                TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 0, 0, 0), 3, 2, DayOfWeek.Sunday),
                TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 1, 0, 0), 11, 1, DayOfWeek.Sunday)),
        ]);

    [Theory]
    [InlineData("2024-03-09", "2024-03-09T05:00:00Z", 24)]
    [InlineData("2024-03-10", "2024-03-10T05:00:00Z", 23)]
    [InlineData("2024-03-11", "2024-03-11T04:00:00Z", 24)]
    [InlineData("2024-11-03", "2024-11-03T04:00:00Z", 25)]
    [InlineData("2024-11-04", "2024-11-04T05:00:00Z", 24)]
    public void days_begin_at_their_first_instant(string day, string start, int hours)
    {
        var slices = new CalendarSlices(Zone, 1);
        var index = (DateTime.Parse(day) - DateTime.UnixEpoch).Days;
        var first = slices.StartOf(index);
        Assert.Equal(OrleansTemporal.Causality.EventTime.Parse(start).Nanoseconds, first);
        Assert.Equal(hours * Hour, slices.StartOf(index + 1) - first);
    }

    // Goal: each instant lies between the start of its slice and the start of the next, whatever clocks do.
    [Fact]
    public void every_instant_lies_in_its_slice() => Seeds.Each(2_000, random =>
    {
        var slices = new CalendarSlices(Zone, random.Next(1, 8));
        for (var i = 0; i < 4; i++)
        {
            var time = random.Next(3) == 0 ? random.NextInt64(long.MinValue, long.MaxValue) : random.NextInt64(946_684_800_000_000_000, 1_900_000_000_000_000_000);
            var index = slices.IndexOf(time);
            Assert.True(slices.StartOf(index) <= time && time < slices.StartOf(index + 1), $"{time} is not in {index}");
        }
    });

    [Fact]
    public void slices_of_a_length_are_counted_from_the_epoch_both_ways()
    {
        var slices = new EpochSlices(60);
        Assert.Equal([-2, -1, -1, 0, 0, 1], new long[] { -61, -60, -1, 0, 59, 60 }.Select(slices.IndexOf));
        Assert.Equal(long.MinValue, slices.StartOf(slices.IndexOf(long.MinValue)));
        Assert.Equal(long.MaxValue, slices.StartOf(slices.IndexOf(long.MaxValue) + 1));
    }
}
