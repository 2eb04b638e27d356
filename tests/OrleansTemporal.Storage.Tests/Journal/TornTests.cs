using OrleansTemporal.Storage.Journal;
using OrleansTemporal.Storage.Memory;
using static OrleansTemporal.Storage.Tests.Journal.JournalWorld;

namespace OrleansTemporal.Storage.Tests.Journal;

/// <summary>What a crash leaves of the last group.</summary>
public class TornTests
{
    private const string FirstFile = "journal/00000001.log";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void last_group_cut_anywhere_is_gone_and_all_before_it_is_there(bool isPreallocated)
    {
        var image = ThreeGroups(out var end);
        for (var cut = end - 4096; cut <= end; cut += cut % 4096 < 600 ? 1 : 97)
        {
            var torn = image.Copy();
            var bytes = torn.Files[FirstFile];
            if (isPreallocated)
                bytes.AsSpan(cut).Clear();
            else
                torn.Files[FirstFile] = bytes[..cut];

            var world = Opened(torn);
            var log = world.Log(1);
            var isWhole = log.LastSequence == 3;
            world.Holds(1, log, isWhole ? 3 : 2);

            // Of a beginning without a whole frame header nothing tells that it was one; sectors are written whole, so it takes less than a sector.
            Assert.Equal(isWhole || cut < end - 4096 + (isPreallocated ? 36 : 4), world.Journal.Status.Fault is null);
            Assert.True(world.Journal.Status.IsWritable);

            // And it stays so: the log goes on, and nothing of what was cut comes back.
            world.Write(log, 1, 2);
            var next = world.Reopened(3);
            next.Holds(1, next.Log(1), isWhole ? 5 : 4);
        }
    }

    [Fact]
    public void torn_group_is_kept_aside_and_reported()
    {
        var image = ThreeGroups(out var end);
        image.Files[FirstFile].AsSpan(end - 4000, 4000).Clear();
        var world = Opened(image);
        world.Work.RunUntilIdle();
        var path = $"journal/torn-00000001-{end - 4096:D10}.bin";
        Assert.Contains(path, world.Journal.Status.Fault, StringComparison.Ordinal);
        Assert.Equal(image.Files[FirstFile][(end - 4096)..end], world.Files.Snapshot().Files[path]);
    }

    [Fact]
    public void torn_files_are_bounded()
    {
        var image = ThreeGroups(out var end);
        for (var i = 0; i < 6; i++)
            image.Files[$"journal/torn-00000000-{i:D10}.bin"] = [1];
        image.Files[FirstFile].AsSpan(end - 4000, 4000).Clear();
        var world = Opened(image, options: Small with { TornFilesMax = 3 });
        world.Work.RunUntilIdle();
        Assert.Equal(4, world.Files.Snapshot().Files.Keys.Count(JournalFormat.IsTorn));
    }

    [Fact]
    public void whole_group_that_was_never_acknowledged_may_be_there_after_the_process_died()
    {
        // Its flush failed and lost the pages, and no new file could be made to say that it is void.
        var world = Opened();
        var log = world.Log(1);
        world.Write(log, 1, 1);
        Stage(log, Agent(1));
        world.Plan.FailNext(FileOperation.Flush, FileFault.PagesLost);
        world.Plan.FailNext(FileOperation.Write, FileFault.ErrorBefore, "00000002");
        world.Fails<Errors.TemporalException>(log.WhenDurableAsync(2, default));
        var next = world.Killed();
        next.Holds(1, next.Log(1), 2);

        // It was made durable before anybody could read it: a power loss right after the open keeps it.
        var last = Opened(next.Files.Crash());
        last.Holds(1, last.Log(1), 2);
    }

    private static MemoryImage ThreeGroups(out int end)
    {
        var world = Opened();
        world.Write(world.Log(1), 1, 3);
        end = (int)world.Journal.Status.Bytes;
        return world.Files.Snapshot();
    }
}
