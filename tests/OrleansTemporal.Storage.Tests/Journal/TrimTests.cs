using OrleansTemporal.Storage.Journal;
using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Storage.Ports;
using static OrleansTemporal.Storage.Tests.Journal.JournalWorld;

namespace OrleansTemporal.Storage.Tests.Journal;

/// <summary>Letting go of what is in segments, and using its files again.</summary>
public class TrimTests
{
    [Fact]
    public void trimmed_records_are_gone_and_the_others_stay()
    {
        var world = Opened();
        var log = world.Log(1);
        world.Write(log, 1, 10);
        log.Trim(4);
        Assert.Equal(5, log.FirstSequence);
        world.Holds(1, log, 10, from: 5);
        log.Trim(10);
        Assert.Equal(11, log.FirstSequence);
        Assert.Equal(0, log.Bytes);
        Assert.Empty(world.ReadAll(log, 10));
    }

    [Fact]
    public void agent_whose_records_are_all_in_segments_goes_on_behind_them()
    {
        var world = Opened();
        var log = world.Log(1);
        log.Trim(100);
        Assert.Equal((100, 100, 101), (log.LastSequence, log.DurableThrough, log.FirstSequence));
        world.Run(log.WhenDurableAsync(100, default));
        world.Write(log, 1, 2);
        var next = world.Reopened();
        var anew = next.Log(1);
        next.Holds(1, anew, 102, from: 101);
    }

    [Fact]
    public void files_are_used_again_and_old_groups_never_come_back()
    {
        var world = Opened();
        var log = world.Log(1);
        for (var i = 0; i < 200; i++)
        {
            world.Write(log, 1, 1, bytes: 3_000);
            if (i % 10 == 9)
                log.Trim(log.DurableThrough - 5);
            world.Work.RunUntilIdle();
            Assert.InRange(world.Journal.Status.FileCount, 1, 3);
            if (i % 7 == 0)
            {
                // At any moment: what is trimmed may be there or not, the rest is there, and nothing else.
                var other = Opened(world.Files.Snapshot());
                var anew = other.Log(1);
                Assert.InRange(anew.FirstSequence, 1, log.FirstSequence);
                other.Holds(1, anew, i + 1, from: anew.FirstSequence, bytes: 3_000);
                Assert.Null(other.Journal.Status.Fault);
            }
        }

        Assert.InRange(world.Files.Snapshot().Files.Count, 2, 5);
        world.Holds(1, log, 200, from: log.FirstSequence, bytes: 3_000);
    }

    [Fact]
    public void file_with_untrimmed_records_keeps_those_behind_it()
    {
        var world = Opened();
        var holder = world.Log(1);
        var log = world.Log(2);
        world.Write(holder, 1, 1);
        world.Write(log, 2, 40);
        log.Trim(40);
        world.Work.RunUntilIdle();
        Assert.True(world.Journal.Status.FileCount > 2);
        holder.Trim(1);
        world.Work.RunUntilIdle();
        Assert.Equal(1, world.Journal.Status.FileCount);
    }

    [Fact]
    public void agents_of_the_oldest_file_are_due_when_there_is_much()
    {
        var world = Opened(options: Small with { SealAboveBytes = 100_000 });
        var logs = new[] { world.Log(3), world.Log(1), world.Log(2) };
        world.Write(logs[0], 3, 1);
        world.Write(logs[1], 1, 1);
        Assert.Empty(world.Journal.AgentsToSeal());
        world.Write(logs[2], 2, 30);
        Assert.Equal([Agent(1), Agent(2), Agent(3)], world.Journal.AgentsToSeal());

        // Also those that nobody has open since the start.
        var next = Opened(world.Files.Snapshot(), options: world.Options);
        Assert.Equal([Agent(1), Agent(2), Agent(3)], next.Journal.AgentsToSeal());

        logs[0].Trim(1);
        logs[1].Trim(1);
        Assert.Equal([Agent(2)], world.Journal.AgentsToSeal());
        logs[2].Trim(30);
        Assert.Empty(world.Journal.AgentsToSeal());
    }

    [Fact]
    public void many_small_files_are_due_too()
    {
        var world = Opened(options: Small with { SealAboveFileCount = 3 });
        for (var i = 0; i < 4; i++)
        {
            world.Write(world.Log(1), 1, 1);
            Assert.Equal(i >= 3, world.Journal.AgentsToSeal().Count > 0);
            world = world.Reopened(i + 2);
        }
    }

    [Fact]
    public void read_that_is_under_way_keeps_its_file()
    {
        var world = Opened();
        var log = world.Log(1);
        world.Write(log, 1, 20, bytes: 3_000);
        world.Plan.DelayChance = 1;
        world.Plan.DelayTurnsMax = 50;
        var read = log.ReadAsync(0, 10_000, default).AsTask();
        log.Trim(20);
        world.Work.RunUntil(read);
        Assert.Equal(Record(Agent(1), 1, 3_000), world.Run(new ValueTask<LogPage>(read)).Records[0].ToArray());
    }

    [Fact]
    public void file_that_can_not_be_removed_is_tried_again()
    {
        var world = Opened(options: Small with { SpareFilesMax = 0 });
        var log = world.Log(1);
        world.Write(log, 1, 10, bytes: 3_000);
        world.Plan.FailNext(FileOperation.Delete, FileFault.ErrorBefore);
        log.Trim(10);
        world.Work.RunUntilIdle();
        Assert.Contains("journal/00000001.log", world.Files.Snapshot().Files.Keys);
        world.Write(log, 1, 1);
        world.Work.RunUntilIdle();
        Assert.DoesNotContain("journal/00000001.log", world.Files.Snapshot().Files.Keys);
    }
}
