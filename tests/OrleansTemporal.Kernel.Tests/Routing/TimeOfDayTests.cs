using System.Globalization;
using OrleansTemporal.Causality;
using OrleansTemporal.Routing;

namespace OrleansTemporal.Kernel.Tests.Routing;

/// <summary>Hours are those of the clock on the wall, over midnight and where clocks are changed.</summary>
public sealed class TimeOfDayTests
{
    [Theory]
    [InlineData(9, 17, "UTC", "2026-01-02T08:59:59.999Z", false)]
    [InlineData(9, 17, "UTC", "2026-01-02T09:00:00Z", true)]
    [InlineData(9, 17, "UTC", "2026-01-02T16:59:59.999Z", true)]
    [InlineData(9, 17, "UTC", "2026-01-02T17:00:00Z", false)]
    [InlineData(22, 6, "UTC", "2026-01-02T21:59:59Z", false)]
    [InlineData(22, 6, "UTC", "2026-01-02T22:00:00Z", true)]
    [InlineData(22, 6, "UTC", "2026-01-03T00:00:00Z", true)]
    [InlineData(22, 6, "UTC", "2026-01-03T05:59:59Z", true)]
    [InlineData(22, 6, "UTC", "2026-01-03T06:00:00Z", false)]
    [InlineData(22, 0, "UTC", "2026-01-02T23:59:59Z", true)]
    [InlineData(22, 24, "UTC", "2026-01-03T00:00:00Z", false)]
    [InlineData(0, 24, "UTC", "2026-01-03T12:00:00Z", true)]
    [InlineData(9, 17, "Asia/Kathmandu", "2026-01-02T03:14:59Z", false)]
    [InlineData(9, 17, "Asia/Kathmandu", "2026-01-02T03:15:00Z", true)]

    // Spring: at 01:00 UTC on 29 March 2026 Berlin goes from 02:00 to 03:00, so there is no hour 2.
    [InlineData(2, 3, "Europe/Berlin", "2026-03-29T00:59:59Z", false)]
    [InlineData(2, 3, "Europe/Berlin", "2026-03-29T01:00:00Z", false)]
    [InlineData(3, 4, "Europe/Berlin", "2026-03-29T01:00:00Z", true)]
    [InlineData(2, 3, "Europe/Berlin", "2026-03-28T01:30:00Z", true)]

    // Autumn: at 01:00 UTC on 25 October 2026 it goes from 03:00 back to 02:00, so hour 2 comes twice.
    [InlineData(2, 3, "Europe/Berlin", "2026-10-25T00:30:00Z", true)]
    [InlineData(2, 3, "Europe/Berlin", "2026-10-25T01:30:00Z", true)]
    [InlineData(2, 3, "Europe/Berlin", "2026-10-25T02:00:00Z", false)]
    public void hours_are_those_of_the_zone(int start, int end, string zone, string time, bool includes) =>
        Assert.Equal(includes, new TimeOfDayClock(new TimeOfDay { StartHour = start, EndHour = end, Zone = zone }).Includes(At(time)));

    [Fact]
    public void one_clock_asked_about_any_moments_says_what_the_zone_says() => Seeds.Each(50, static random =>
    {
        var hours = new TimeOfDay { StartHour = random.Next(24), EndHour = 0, Zone = random.Next(2) == 0 ? "America/New_York" : "Australia/Lord_Howe" };
        hours = hours with { EndHour = (hours.StartHour + random.Next(1, 24)) % 24 };
        var clock = new TimeOfDayClock(hours);
        var zone = TimeZoneInfo.FindSystemTimeZoneById(hours.Zone);
        for (var i = 0; i < 500; i++)
        {
            var milliseconds = 1_767_225_600_000 + (random.NextInt64(365 * 24 * 12) * 300_000);
            var hour = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), zone).Hour;
            var includes = Enumerable.Range(0, 24).Select(step => (hours.StartHour + step) % 24).TakeWhile(one => one != hours.EndHour).Contains(hour);
            Assert.Equal(includes, clock.Includes(HybridTimestamp.FromMilliseconds(milliseconds)));
        }
    });

    [Fact]
    public void the_last_moment_of_the_clock_has_an_hour_too() =>
        Assert.True(new TimeOfDayClock(new TimeOfDay { StartHour = 0, EndHour = 24 }).Includes(HybridTimestamp.MaxValue));

    private static HybridTimestamp At(string time) => HybridTimestamp.FromDateTimeOffset(DateTimeOffset.Parse(time, CultureInfo.InvariantCulture));
}
