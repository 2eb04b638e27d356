using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Azure.Logs;
using OrleansTemporal.Storage.Azure.Tests.Logs;
using OrleansTemporal.Storage.Azure.Tests.Worlds;

namespace OrleansTemporal.Storage.Azure.Tests.Golden;

/// <summary>The bytes of docs/formats/azure-log.md, kept for ever: an epoch with every type of block.</summary>
public sealed class LogGoldenTests
{
    private const int MarkBytes = BlockHeader.Bytes + BlockHeader.TrailerBytes;

    [Fact]
    public void log_of_format_1_is_written_byte_by_byte_and_read()
    {
        var world = Stored(Golden());
        var log = world.Open();
        Assert.Equal((2UL, 1L, 3L), (log.Epoch, log.FirstSequence, log.LastSequence));
        Assert.Equal(new HybridTimestamp(3UL << HybridTimestamp.CounterBits), log.ResumeFrom);
        Assert.Equal(["first", "", "third"], world.Read(log));
    }

    [Fact]
    public void every_flipped_bit_is_damage()
    {
        var golden = Golden();
        for (var bit = 0; bit < golden.Length * 8; bit++)
        {
            var flipped = golden.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal(ErrorKind.Corrupt, Refusal(flipped).Kind);
        }
    }

    [Fact]
    public void an_end_within_a_block_is_damage()
    {
        var golden = Golden();
        var ends = new HashSet<int> { 0 };
        for (var offset = 0; offset < golden.Length; offset += LengthAt(golden, offset))
            ends.Add(offset + LengthAt(golden, offset));
        Assert.Equal(6, ends.Count);
        for (var end = 0; end < golden.Length; end++)
        {
            if (!ends.Contains(end))
                Assert.Equal(ErrorKind.Corrupt, Refusal(golden[..end]).Kind);
        }
    }

    [Fact]
    public void blocks_that_do_not_follow_each_other_are_damage()
    {
        var golden = Golden();
        var (begin, rest) = (golden[..MarkBytes], golden[MarkBytes..]);
        Assert.Equal(ErrorKind.Corrupt, Refusal(rest).Kind);
        Assert.Equal(ErrorKind.Corrupt, Refusal([.. begin, .. golden]).Kind);
        Assert.Equal(ErrorKind.Corrupt, Refusal([.. MadeAgainTests.Begin(claim: 9), .. rest]).Kind);
        Assert.Equal(ErrorKind.Corrupt, Refusal([.. golden, .. golden[^MarkBytes..]]).Kind);
        Assert.Equal(ErrorKind.Corrupt, Refusal([.. begin, .. rest.AsSpan(LengthAt(rest, 0))]).Kind);
    }

    [Fact]
    public void clock_of_format_1()
    {
        var world = new LogWorld();
        world.Run(world.OpenAll().CloseAsync(new HybridTimestamp(0x0123_4567_89AB_CDEF), default));
        GoldenFile.Check("azure-clock-v1", world.Objects.Content(ClockCeiling.Path));
        Assert.Equal(new HybridTimestamp(0x0123_4567_89AB_CDEFUL + (250UL << HybridTimestamp.CounterBits)), world.OpenAll().ResumeFrom);
    }

    // Begin, a block of two records, since both came before the first append was sent, one of a third, release, and the
    // fence of the next owner.
    private static byte[] Golden()
    {
        var world = new LogWorld();
        var log = world.Open();
        var first = world.Write(log, "first");
        world.Run(world.Write(log, ""));
        world.Run(first);
        world.Run(world.Write(log, "third"));
        world.Run(log.DisposeAsync());
        world.Open();
        return GoldenFile.Check("azure-log-v1", world.Service.ContentOf(world.Path(1)));
    }

    private static LogWorld Stored(byte[] content)
    {
        var world = new LogWorld();
        world.MakeAgain(world.Path(1), content);
        return world;
    }

    private static TemporalException Refusal(byte[] content) => Assert.Throws<TemporalException>(() => Stored(content).Open());

    private static int LengthAt(byte[] content, int offset) => BitConverter.ToInt32(content, offset + 8);
}
