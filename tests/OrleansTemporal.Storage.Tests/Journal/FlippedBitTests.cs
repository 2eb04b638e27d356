using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Memory;
using static OrleansTemporal.Storage.Tests.Journal.JournalWorld;

namespace OrleansTemporal.Storage.Tests.Journal;

/// <summary>Goal: no flipped bit, wherever it is, makes the journal serve a wrong record or lose one in silence.</summary>
public class FlippedBitTests
{
    // Padding is zero and covered by nothing; some of its bits stand for all.
    private const int PaddingStride = 101;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void flipped_bit_is_found_and_never_served(bool isCleanStop)
    {
        // Two agents, five groups, two files, and a third file whose groups prove nothing about the first agent.
        var image = SmallJournal(isCleanStop);
        var damaged = 0;
        foreach (var path in image.Files.Keys.ToList())
        {
            var used = UsedBytes(image.Files[path]);
            var lastGroup = LastGroupStart(image.Files[path], used);
            for (var bit = 0; bit < used * 8; bit += IsWritten(image.Files[path], bit / 8) ? 1 : PaddingStride)
            {
                image.Files[path][bit / 8] ^= (byte)(1 << (bit % 8));
                var isLastGroup = path == "journal/00000003.log" && bit / 8 >= lastGroup;
                damaged += Check(image, $"bit {bit} of {path}", mayCut: isLastGroup);
                image.Files[path][bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }

        Assert.True(damaged > 1_000);
    }

    // Returns 1 when the damage was reported.
    private static int Check(MemoryImage image, string where, bool mayCut)
    {
        var world = Opened(image);
        var reported = world.Journal.Status.Fault is null ? 0 : 1;
        for (var agent = 0; agent < 2; agent++)
        {
            try
            {
                var log = world.Log(agent);
                var records = world.ReadAll(log);
                var expected = agent == 0 ? 3 : 6;
                Assert.True(records.Count == expected || (mayCut && records.Count < expected), $"{where}: agent {agent} has {records.Count} records");
                for (var i = 0; i < records.Count; i++)
                    Assert.True(records[i].AsSpan().SequenceEqual(Record(Agent(agent), i + 1, 20)), $"{where}: agent {agent} got a wrong record");
            }
            catch (TemporalException exception) when (exception.Kind == ErrorKind.Corrupt)
            {
                Assert.Contains("journal/", exception.Message, StringComparison.Ordinal);
                reported = 1;
            }
        }

        return reported;
    }

    private static MemoryImage SmallJournal(bool isCleanStop)
    {
        var world = Opened();
        for (var life = 0; life < 3; life++)
        {
            if (life > 0)
                world = world.Reopened(life + 1);
            var logs = new[] { world.Log(0), world.Log(1) };
            for (var i = 0; i < 2; i++)
            {
                if (i == 0)
                    Stage(logs[0], Agent(0), 20);
                world.Run(logs[1].WhenDurableAsync(Stage(logs[1], Agent(1), 20), default));
            }
        }

        if (isCleanStop)
            world.Run(world.Journal.DisposeAsync());
        var image = world.Files.Snapshot();

        // What was prepared and never used only costs time here.
        foreach (var path in image.Files.Keys.Where(path => UsedBytes(image.Files[path]) == 0).ToList())
            image.Files.Remove(path);
        foreach (var path in image.Files.Keys.ToList())
            image.Files[path] = image.Files[path][..Math.Min(image.Files[path].Length, UsedBytes(image.Files[path]) + 8192)];
        return image;
    }

    // Near something that is not zero, so every bit of headers and frames.
    private static bool IsWritten(byte[] bytes, int position) =>
        bytes.AsSpan(Math.Max(0, position - 16), Math.Min(32, bytes.Length - Math.Max(0, position - 16))).ContainsAnyExcept((byte)0);

    private static int UsedBytes(byte[] bytes) => bytes.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;

    private static int LastGroupStart(byte[] bytes, int used)
    {
        var start = (used - 1) / 4096 * 4096;
        return bytes.AsSpan(start).StartsWith("OTJb"u8) ? start : throw new InvalidOperationException("no group");
    }
}
