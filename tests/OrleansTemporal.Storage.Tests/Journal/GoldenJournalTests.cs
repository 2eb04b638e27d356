using static OrleansTemporal.Storage.Tests.Journal.JournalWorld;

namespace OrleansTemporal.Storage.Tests.Journal;

/// <summary>The bytes of docs/formats/journal.md, kept for ever.</summary>
public class GoldenJournalTests
{
    private const string GoldenPath = "tests/OrleansTemporal.Storage.Tests/Journal/golden/journal-1.golden";
    private const string FirstFile = "journal/00000001.log";

    [Fact]
    public void journal_of_format_1_is_written_byte_by_byte()
    {
        var world = Opened(seed: 42);
        var logs = new[] { world.Log(1), world.Log(2) };
        Stage(logs[0], Agent(1));
        Stage(logs[0], Agent(1), 5);
        world.Run(logs[1].WhenDurableAsync(Stage(logs[1], Agent(2)), default));
        world.Write(logs[0], 1, 1);
        world.Run(world.Journal.DropAsync(Agent(2), default));
        world.Run(world.Journal.DisposeAsync());
        var used = (int)world.Journal.Status.Bytes;
        var bytes = world.Files.Snapshot().Files[FirstFile];
        Assert.False(bytes.AsSpan(used).ContainsAnyExcept((byte)0));

        var golden = TestRepository.PathOf(GoldenPath);
        if (Environment.GetEnvironmentVariable("OT_WRITE_GOLDEN") == "1")
            File.WriteAllBytes(golden, bytes[..used]);
        Assert.Equal(File.ReadAllBytes(golden), bytes[..used]);
    }

    [Fact]
    public void journal_of_format_1_is_read()
    {
        var image = new Storage.Memory.MemoryImage();
        image.Files.Add(FirstFile, File.ReadAllBytes(TestRepository.PathOf(GoldenPath)));
        var world = Opened(image);
        Assert.Null(world.Journal.Status.Fault);
        Assert.Equal([Record(Agent(1), 1), Record(Agent(1), 2, 5), Record(Agent(1), 3)], world.ReadAll(world.Log(1)));
        Assert.Equal(0, world.Log(2).LastSequence);
    }
}
