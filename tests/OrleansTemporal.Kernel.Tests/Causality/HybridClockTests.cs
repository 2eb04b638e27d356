using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Kernel.Tests.Causality;

public sealed class HybridClockTests
{
    private readonly FakeTime time = new(DateTimeOffset.FromUnixTimeMilliseconds(1_000_000));

    [Fact]
    public void timestamps_follow_wall_time_and_count_within_a_millisecond()
    {
        var clock = new HybridClock(time, default);
        Assert.Equal(HybridTimestamp.FromMilliseconds(1_000_000), clock.Next());
        Assert.Equal(1, clock.Next().Counter);
        time.Now += TimeSpan.FromMilliseconds(3);
        Assert.Equal(HybridTimestamp.FromMilliseconds(1_000_003), clock.Next());
    }

    [Fact]
    public void the_clock_never_runs_backwards_when_wall_time_does()
    {
        var clock = new HybridClock(time, default);
        var before = clock.Next();
        time.Now -= TimeSpan.FromHours(1);
        Assert.Equal(before.Value + 1, clock.Next().Value);
        clock.EnsureNotInFuture(clock.Last);
    }

    [Fact]
    public void it_resumes_after_what_was_issued_before()
    {
        var resumed = HybridTimestamp.FromMilliseconds(2_000_000);
        Assert.Equal(resumed.Value + 1, new HybridClock(time, resumed).Next().Value);
    }

    [Fact]
    public void a_full_counter_spills_into_the_next_millisecond()
    {
        var clock = new HybridClock(time, new HybridTimestamp(HybridTimestamp.FromMilliseconds(1_000_000).Value | ushort.MaxValue));
        Assert.Equal(HybridTimestamp.FromMilliseconds(1_000_001), clock.Next());
    }

    [Fact]
    public void closing_a_moment_puts_everything_later_after_it()
    {
        var clock = new HybridClock(time, default);
        var moment = HybridTimestamp.FromMilliseconds(1_000_400);
        clock.RaisePast(moment);
        Assert.True(clock.Next() > moment);
        clock.Receive(HybridTimestamp.FromMilliseconds(1));
        Assert.True(clock.Next() > moment);
    }

    [Fact]
    public void moments_beyond_the_clock_offset_are_refused_and_change_nothing()
    {
        var clock = new HybridClock(time, default);
        var last = clock.Next();
        clock.EnsureNotInFuture(HybridTimestamp.FromMilliseconds(1_000_500));
        var refusal = Assert.Throws<TemporalException>(() => clock.RaisePast(HybridTimestamp.FromMilliseconds(1_000_501)));
        Assert.Equal((ErrorKind.Invalid, "as_of_in_future"), (refusal.Kind, refusal.Code));
        Assert.Throws<TemporalException>(() => clock.Receive(HybridTimestamp.MaxValue));
        Assert.Equal(last, clock.Last);
    }

    [Fact]
    public void no_timestamp_is_issued_twice_to_threads_that_race()
    {
        var clock = new HybridClock(TimeProvider.System, default);
        var issued = new ulong[4][];
        Parallel.For(0, issued.Length, thread =>
        {
            issued[thread] = new ulong[50_000];
            for (var i = 0; i < issued[thread].Length; i++)
            {
                issued[thread][i] = clock.Next().Value;
            }
        });
        Assert.All(issued, own => Assert.True(own.SequenceEqual(own.Order())));
        Assert.Equal(200_000, issued.SelectMany(own => own).Distinct().Count());
    }

    [Fact]
    public void the_last_timestamp_is_not_followed_by_the_first()
    {
        var clock = new HybridClock(time, HybridTimestamp.MaxValue);
        Assert.Equal("clock_exhausted", Assert.Throws<TemporalException>(() => clock.Next()).Code);
    }
}
