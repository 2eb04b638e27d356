using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Memory;
using static OrleansTemporal.Storage.Tests.Journal.JournalWorld;

namespace OrleansTemporal.Storage.Tests.Journal;

/// <summary>Damage in what was durable: who is stopped, who goes on, and what is kept.</summary>
public class DamageTests
{
    private const string FirstFile = "journal/00000001.log";
    private const int FirstGroup = 4096;
    private const int FirstRecordHeader = FirstGroup + 56;
    private const int FirstRecordBody = FirstRecordHeader + 36;

    [Fact]
    public void damaged_record_stops_its_agent_alone_and_names_the_place()
    {
        var image = TwoAgents();
        image.Files[FirstFile][FirstRecordBody + 3] ^= 1;
        var world = Opened(image);
        Refuses(world, 1, $"{FirstFile}, offset {FirstRecordHeader}");
        world.Holds(2, world.Log(2), 2);
        Assert.True(world.Journal.Status.IsWritable);
        Assert.Contains(FirstFile, world.Journal.Status.Fault, StringComparison.Ordinal);
        world.Write(world.Log(2), 2, 1);
        world.Write(world.Log(3), 3, 1);

        // Nothing is cut, and it is so at every start.
        var next = world.Reopened(3);
        Assert.Equal(image.Files[FirstFile], next.Files.Snapshot().Files[FirstFile]);
        Refuses(next, 1, FirstFile);
        next.Holds(2, next.Log(2), 3);
        next.Holds(3, next.Log(3), 1);
    }

    [Fact]
    public void damage_that_can_not_be_told_apart_stops_all_but_those_who_go_on_without_a_gap()
    {
        // Agent 1 has a record in the damaged group and none after it; agent 2 has one before and one after; agent 3 begins after.
        var world = Opened();
        var logs = Enumerable.Range(0, 4).Select(world.Log).ToList();
        world.Write(logs[2], 2, 1);
        world.Write(logs[1], 1, 1);
        world.Write(logs[2], 2, 1);
        world.Write(logs[3], 3, 1);
        var image = world.Files.Snapshot();
        image.Files[FirstFile][FirstRecordHeader + 4096] ^= 1;

        var next = Opened(image);
        next.Holds(2, next.Log(2), 2);
        next.Holds(3, next.Log(3), 1);
        Refuses(next, 1, FirstFile);

        // Not known at all: it may have been in what was lost.
        Refuses(next, 9, FirstFile);
    }

    [Fact]
    public void record_that_would_be_missing_in_the_middle_stops_its_agent()
    {
        var world = Opened();
        var log = world.Log(1);
        var other = world.Log(2);
        world.Write(log, 1, 1);
        world.Write(other, 2, 1);
        world.Write(log, 1, 1);
        world.Write(log, 1, 1);
        world.Write(other, 2, 1);
        var image = world.Files.Snapshot();
        image.Files[FirstFile].AsSpan(FirstGroup + (2 * 4096), 4096).Clear();
        var next = Opened(image);
        Refuses(next, 1, FirstFile);
        next.Holds(2, next.Log(2), 2);
    }

    [Fact]
    public void bad_group_before_a_clean_stop_is_damage_and_not_torn()
    {
        var world = Opened();
        world.Write(world.Log(1), 1, 2);
        world.Run(world.Journal.DisposeAsync());
        var image = world.Files.Snapshot();
        image.Files[FirstFile].AsSpan(FirstGroup + 4096 + 100, 30).Clear();
        Refuses(Opened(image), 1, FirstFile);
    }

    [Fact]
    public void bad_group_in_a_file_that_is_not_the_newest_is_damage_even_as_its_last()
    {
        var world = Opened();
        world.Write(world.Log(1), 1, 2);
        var next = world.Reopened();
        next.Write(next.Log(2), 2, 1);
        var image = next.Files.Snapshot();
        image.Files[FirstFile].AsSpan(FirstGroup + 4096, 512).Clear();
        var last = Opened(image);
        Refuses(last, 1, FirstFile);
        last.Holds(2, last.Log(2), 1);
    }

    [Fact]
    public void file_that_lost_both_headers_stops_everybody_and_is_kept()
    {
        var world = Opened();
        world.Write(world.Log(1), 1, 2);
        var next = world.Reopened();
        next.Write(next.Log(2), 2, 1);
        foreach (var path in new[] { FirstFile, "journal/00000002.log" })
        {
            var image = next.Files.Snapshot();
            image.Files[path][20] ^= 1;
            Assert.Null(Opened(image).Journal.Status.Fault);
            image.Files[path][20 + 2048] ^= 1;
            var last = Opened(image);
            last.Work.RunUntilIdle();
            Refuses(last, 1, path);
            Refuses(last, 7, path);
            Assert.Equal(image.Files[path], last.Files.Snapshot().Files[path]);
        }
    }

    [Fact]
    public void file_that_is_missing_between_others_stops_everybody()
    {
        var world = Opened();
        for (var life = 0; life < 3; life++)
        {
            world.Write(world.Log(1), 1, 1);
            world = world.Reopened(life + 2);
        }

        var image = world.Files.Snapshot();
        image.Files.Remove("journal/00000002.log");
        Refuses(Opened(image), 1, "journal/00000002.log");
    }

    [Fact]
    public void damaged_agent_can_be_dropped_and_starts_anew()
    {
        var image = TwoAgents();
        image.Files[FirstFile][FirstRecordBody + 3] ^= 1;
        var world = Opened(image);
        world.Run(world.Journal.DropAsync(Agent(1), default));
        world.Write(world.Log(1), 1, 2);
        var next = world.Reopened();
        next.Holds(1, next.Log(1), 2);
        next.Holds(2, next.Log(2), 2);
    }

    [Fact]
    public void record_that_is_damaged_while_the_journal_runs_is_not_served()
    {
        var world = Opened();
        var log = world.Log(1);
        world.Write(log, 1, 3);
        using var file = world.Run(world.Files.OpenAsync(FirstFile, create: false, default))!;
        world.Run(file.WriteAsync(FirstRecordBody, new byte[] { 0xff }, default));
        var failure = Assert.Throws<TemporalException>(() => world.ReadAll(log));
        Assert.Equal(ErrorKind.Corrupt, failure.Kind);
        Assert.Contains($"{FirstFile}, offset {FirstRecordHeader}", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, world.ReadAll(log, 1).Count);
    }

    [Fact]
    public void newer_format_is_refused_and_nothing_is_changed()
    {
        var world = Opened();
        world.Write(world.Log(1), 1, 1);
        var image = world.Files.Snapshot();
        foreach (var copy in new[] { 0, 2048 })
        {
            var header = image.Files[FirstFile].AsSpan(copy, 128);
            header[8] = 2;
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(header[124..], Causality.Crc32C.Compute(header[..124]));
        }

        var next = new JournalWorld(image);
        Assert.Equal(ErrorCodes.FormatTooNew, Assert.Throws<TemporalException>(next.Open).Code);
        Assert.Equal(image.Files, next.Files.Snapshot().Files);
    }

    // One group with a record of each, then one group with a record of each.
    private static MemoryImage TwoAgents()
    {
        var world = Opened();
        var logs = new[] { world.Log(1), world.Log(2) };
        for (var i = 0; i < 2; i++)
        {
            Stage(logs[0], Agent(1));
            world.Run(logs[1].WhenDurableAsync(Stage(logs[1], Agent(2)), default));
        }

        return world.Files.Snapshot();
    }

    private static void Refuses(JournalWorld world, int agent, string place)
    {
        var failure = Assert.Throws<TemporalException>(() => world.Log(agent));
        Assert.Equal((ErrorKind.Corrupt, ErrorCodes.Corrupt), (failure.Kind, failure.Code));
        Assert.Contains(place, failure.Message, StringComparison.Ordinal);
    }
}
