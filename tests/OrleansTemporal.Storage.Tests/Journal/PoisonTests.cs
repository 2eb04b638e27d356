using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Storage.Ports;
using static OrleansTemporal.Storage.Tests.Journal.JournalWorld;

namespace OrleansTemporal.Storage.Tests.Journal;

/// <summary>A write or flush that failed: nobody is told that it is durable, and what it left is void.</summary>
public class PoisonTests
{
    [Theory]
    [InlineData(FileOperation.Write, FileFault.ErrorBefore)]
    [InlineData(FileOperation.Write, FileFault.ErrorAfter)]
    [InlineData(FileOperation.Write, FileFault.DiskFull)]
    [InlineData(FileOperation.Flush, FileFault.ErrorBefore)]
    [InlineData(FileOperation.Flush, FileFault.ErrorAfter)]
    public void failed_write_is_an_unknown_outcome_and_void_from_then_on(FileOperation operation, FileFault fault)
    {
        var world = Opened();
        var log = world.Log(1);
        var other = world.Log(2);
        world.Write(log, 1, 2);
        world.Write(other, 2, 1);

        Stage(log, Agent(1));
        world.Plan.FailNext(operation, fault);
        var failure = world.Fails<TemporalException>(log.WhenDurableAsync(3, default));
        Assert.Equal((ErrorKind.Unavailable, ErrorCodes.StorageFailed, true), (failure.Kind, failure.Code, failure.OutcomeUnknown));
        Assert.NotNull(log.Fault);
        Assert.Equal(2, log.DurableThrough);
        Assert.True(world.Fails<TemporalException>(log.ReserveAsync(1, default)).IsRetryable);

        // Who had nothing in it goes on; who had opens anew and finds what is durable.
        Assert.Null(other.Fault);
        world.Write(other, 2, 1);
        var anew = world.Log(1);
        world.Holds(1, anew, 2);
        world.Write(anew, 1, 1, bytes: 7);

        // Whether or not the failed group stands on the disk whole, it is void.
        foreach (var image in new[] { world.Files.Snapshot(), world.Files.Crash() })
        {
            var next = Opened(image);
            Assert.Null(next.Journal.Status.Fault);
            var records = next.ReadAll(next.Log(1));
            Assert.Equal([Record(Agent(1), 1), Record(Agent(1), 2), Record(Agent(1), 3, 7)], records);
            next.Holds(2, next.Log(2), 2);
        }
    }

    [Fact]
    public void what_was_staged_behind_the_failed_group_fails_with_it()
    {
        var world = Opened(plan: new FaultPlan(1) { DelayChance = 1 });
        var log = world.Log(1);
        var other = world.Log(2);
        Stage(log, Agent(1));
        world.Plan.FailNext(FileOperation.Flush, FileFault.ErrorBefore);
        var first = log.WhenDurableAsync(1, default).AsTask();
        world.Work.RunOne();
        Stage(other, Agent(2));
        var second = other.WhenDurableAsync(1, default).AsTask();
        world.Work.RunUntilIdle();
        Assert.True(first.IsFaulted && second.IsFaulted);
        Assert.NotNull(other.Fault);
        world.Plan.DelayChance = 0;
        Assert.Equal(0, world.Log(2).LastSequence);
    }

    [Fact]
    public void poisoned_file_is_never_flushed_again()
    {
        var world = Opened();
        var log = world.Log(1);
        world.Write(log, 1, 1);
        Stage(log, Agent(1));
        world.Plan.FailNext(FileOperation.Flush, FileFault.ErrorBefore, "00000001.log");
        world.Fails<TemporalException>(log.WhenDurableAsync(2, default));

        // A second flush of it would meet this and fail the test below.
        world.Plan.FailNext(FileOperation.Flush, FileFault.ErrorBefore, "00000001.log");
        world.Plan.FailNext(FileOperation.Write, FileFault.ErrorBefore, "00000001.log");
        var anew = world.Log(1);
        world.Write(anew, 1, 3);
        world.Run(world.Journal.DisposeAsync());
        Assert.False(world.Plan.IsScriptDone);
    }

    [Fact]
    public void second_failure_makes_the_journal_read_only()
    {
        var world = Opened();
        var log = world.Log(1);
        world.Write(log, 1, 2);
        Stage(log, Agent(1));
        world.Plan.FailNext(FileOperation.Flush, FileFault.ErrorBefore);
        world.Plan.FailNext(FileOperation.Write, FileFault.DiskFull);
        world.Fails<TemporalException>(log.WhenDurableAsync(3, default));
        Assert.False(world.Journal.Status.IsWritable);
        Assert.NotNull(world.Journal.Status.Fault);

        var anew = world.Log(1);
        world.Holds(1, anew, 2);
        var refusal = world.Fails<TemporalException>(anew.ReserveAsync(1, default));
        Assert.Equal((ErrorKind.Unavailable, ErrorCodes.NotReady, false), (refusal.Kind, refusal.Code, refusal.OutcomeUnknown));
        anew.Enqueue(3, At(3), [1]);
        Assert.NotNull(anew.Fault);
        Assert.True(world.Fails<TemporalException>(anew.WhenDurableAsync(3, default)).OutcomeUnknown);
        world.Run(world.Journal.DisposeAsync());

        // A restart on a healthy disk writes again.
        var next = world.Reopened();
        Assert.True(next.Journal.Status.IsWritable);
        Assert.InRange(next.Log(1).LastSequence, 2, 3);
    }

    [Fact]
    public void disk_that_can_not_be_written_at_the_start_still_serves()
    {
        var world = Opened();
        world.Write(world.Log(1), 1, 2);
        var image = world.Files.Snapshot();
        var full = new JournalWorld(image, new FaultPlan(1) { CapacityBytes = 1 });
        full.Open();
        Assert.False(full.Journal.Status.IsWritable);
        full.Holds(1, full.Log(1), 2);
        full.Fails<TemporalException>(full.Log(1).ReserveAsync(1, default));
    }

    [Fact]
    public void next_file_that_can_not_be_prepared_is_made_when_it_is_needed()
    {
        var world = Opened();
        var log = world.Log(1);
        world.Plan.FailNext(FileOperation.Open, FileFault.ErrorBefore, "00000002");
        world.Write(log, 1, 12);
        Assert.True(world.Plan.IsScriptDone);
        Assert.Equal(2, world.Journal.Status.FileCount);
        world.Holds(1, log, 12);
        var next = world.Reopened();
        next.Holds(1, next.Log(1), 12);
    }

    [Fact]
    public void failed_drop_leaves_the_agent()
    {
        var world = Opened();
        var log = world.Log(1);
        world.Write(log, 1, 2);
        world.Plan.FailNext(FileOperation.Flush, FileFault.ErrorBefore);
        world.Fails<TemporalException>(world.Journal.DropAsync(Agent(1), default));
        world.Holds(1, world.Log(1), 2);
        world.Run(world.Journal.DropAsync(Agent(1), default));
        ICausalLog anew = world.Log(1);
        Assert.Equal(0, anew.LastSequence);
    }
}
