using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Journal;
using static OrleansTemporal.Storage.Tests.Journal.JournalWorld;

namespace OrleansTemporal.Storage.Tests.Journal;

/// <summary>Writers wait for room, in order, then are refused.</summary>
public class RoomTests
{
    [Fact]
    public void full_journal_answers_throttled_after_the_wait_and_accepts_again_after_a_trim()
    {
        var world = Opened();
        var log = world.Log(1);
        Task? waiting = null;
        for (var i = 0; waiting is null; i++)
        {
            Assert.InRange(i, 0, 200);
            var room = log.ReserveAsync(3_100, default);
            if (room.IsCompletedSuccessfully)
                world.Write(log, 1, 1, bytes: 3_000);
            else
                waiting = room.AsTask();
        }

        Assert.InRange(world.Journal.Status.Bytes, world.Options.JournalBytesMax - 10_000, world.Options.JournalBytesMax);
        world.Time.Advance(world.Options.ReserveWait - TimeSpan.FromMilliseconds(1));
        world.Work.RunUntilIdle();
        Assert.False(waiting.IsCompleted);
        world.Time.Advance(TimeSpan.FromMilliseconds(1));
        world.Work.RunUntilIdle();
        var refusal = Assert.IsType<TemporalException>(waiting.Exception!.InnerException);
        Assert.Equal((ErrorKind.Throttled, ErrorCodes.JournalFull, (long?)world.Options.JournalBytesMax), (refusal.Kind, refusal.Code, refusal.Limit));
        Assert.NotNull(refusal.RetryAfter);

        var patient = log.ReserveAsync(100, default).AsTask();
        log.Trim(log.DurableThrough);
        world.Work.RunUntilIdle();
        Assert.True(patient.IsCompletedSuccessfully);
        world.Write(log, 1, 1);
    }

    [Fact]
    public void staged_bytes_are_bounded_and_the_first_to_wait_is_the_first_to_go_on()
    {
        var world = Opened(options: Small with { StagedBytesMax = 10_000 });
        var log = world.Log(1);
        world.Run(log.ReserveAsync(6_000, default));
        var second = log.ReserveAsync(6_000, default).AsTask();
        var third = log.ReserveAsync(100, default).AsTask();
        world.Work.RunUntilIdle();
        Assert.False(second.IsCompleted || third.IsCompleted);

        Stage(log, Agent(1), 5_900);
        world.Run(log.WhenDurableAsync(1, default));
        world.Work.RunUntilIdle();
        Assert.True(second.IsCompletedSuccessfully && third.IsCompletedSuccessfully);
        log.Release(6_000);
        log.Release(100);
        Assert.True(log.ReserveAsync(10_000, default).AsTask().IsCompletedSuccessfully);
    }

    [Fact]
    public void record_larger_than_the_bound_passes_when_it_is_alone()
    {
        var world = Opened(options: Small with { StagedBytesMax = 1_000 });
        var log = world.Log(1);
        Assert.True(log.ReserveAsync(5_000, default).AsTask().IsCompletedSuccessfully);
        Assert.False(log.ReserveAsync(1, default).AsTask().IsCompleted);
    }

    [Fact]
    public void estimates_that_are_too_high_do_not_add_up()
    {
        var world = Opened(options: Small with { StagedBytesMax = 10_000 });
        var log = world.Log(1);
        for (var i = 0; i < 100; i++)
        {
            Assert.True(log.ReserveAsync(4_000, default).AsTask().IsCompletedSuccessfully);
            Assert.True(log.ReserveAsync(2_000, default).AsTask().IsCompletedSuccessfully);
            Stage(log, Agent(1), 100);
            Stage(log, Agent(1), 100);
            world.Run(log.WhenDurableAsync(log.LastSequence, default));
            log.Trim(log.LastSequence);
        }
    }

    [Fact]
    public void closed_handle_gives_back_what_it_reserved()
    {
        var world = Opened(options: Small with { StagedBytesMax = 10_000 });
        var log = world.Log(1);
        world.Run(log.ReserveAsync(9_000, default));
        var waiting = world.Log(2).ReserveAsync(9_000, default).AsTask();
        world.Run(log.DisposeAsync());
        world.Work.RunUntil(waiting);
        Assert.True(waiting.IsCompletedSuccessfully);
    }

    [Fact]
    public void cancelled_wait_for_room_takes_none()
    {
        var world = Opened(options: Small with { StagedBytesMax = 10_000 });
        var log = world.Log(1);
        world.Run(log.ReserveAsync(9_000, default));
        using var stop = new CancellationTokenSource();
        var waiting = log.ReserveAsync(9_000, stop.Token).AsTask();
        stop.Cancel();
        world.Work.RunUntilIdle();
        Assert.True(waiting.IsCanceled);
        log.Release(9_000);
        Assert.True(log.ReserveAsync(10_000, default).AsTask().IsCompletedSuccessfully);
    }

    [Fact]
    public void closing_journal_lets_nobody_wait()
    {
        var world = Opened(options: Small with { StagedBytesMax = 10_000 });
        var log = world.Log(1);
        world.Run(log.ReserveAsync(9_000, default));
        var waiting = log.ReserveAsync(9_000, default).AsTask();
        world.Run(world.Journal.DisposeAsync());
        Assert.Equal(ErrorCodes.NotReady, world.Fails<TemporalException>(new ValueTask(waiting)).Code);
        Assert.Equal(ErrorCodes.NotReady, world.Fails<TemporalException>(log.ReserveAsync(1, default)).Code);
    }

    [Fact]
    public void options_that_do_not_fit_are_refused_at_the_start()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new JournalOptions { FileBytes = 1_000 }.Validate());
        Assert.Throws<ArgumentOutOfRangeException>(() => new JournalOptions { FileBytes = (64 << 10) + 1, FirstFileBytes = 64 << 10 }.Validate());
        Assert.Throws<ArgumentOutOfRangeException>(() => new JournalOptions { JournalBytesMax = 100 << 20 }.Validate());
        Assert.Throws<ArgumentOutOfRangeException>(() => new JournalOptions { StagedBytesMax = 0 }.Validate());
        new JournalOptions().Validate();
        Small.Validate();
    }
}
