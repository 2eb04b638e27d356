using System.Buffers;
using OrleansTemporal.Errors;
using OrleansTemporal.Kernel.Tests.Golden;
using OrleansTemporal.Timelines;

namespace OrleansTemporal.Kernel.Tests.Timelines;

/// <summary>The payload of deltas that let steps go: what is written reads back, what can not be is refused.</summary>
public sealed class TimelineThinningTests
{
    private const int Dimensions = 50;

    [Fact]
    public void what_is_written_reads_back()
    {
        var written = Example();
        var read = TimelineThinning.Read(Write(written), Dimensions);
        Assert.Equal(written.Superseded.AsEnumerable(), read.Superseded);
        Assert.Equal(written.Groups.Length, read.Groups.Length);
        foreach (var (left, right) in written.Groups.Zip(read.Groups))
        {
            Assert.Equal((left.Keeper, left.Resolution), (right.Keeper, right.Resolution));
            Assert.Equal(left.LetGo.AsEnumerable(), right.LetGo);
            Assert.Equal(left.SetAt, right.SetAt);
            Assert.Equal(left.KeeperNorm, right.KeeperNorm);
            Assert.Equal(left.Vector.Indices.ToArray(), right.Vector.Indices.ToArray());
            Assert.Equal(left.Vector.Values.ToArray(), right.Vector.Values.ToArray());
        }
    }

    [Fact]
    public void bytes_that_can_not_be_are_refused_as_corrupt()
    {
        var bytes = Write(Example());
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(ErrorKind.Corrupt, Assert.Throws<TemporalException>(() => TimelineThinning.Read(bytes.AsSpan(0, length), Dimensions)).Kind);
        }

        Assert.Throws<TemporalException>(() => TimelineThinning.Read([.. bytes, 0], Dimensions));
        var random = new Random(3);
        for (var round = 0; round < 5_000; round++)
        {
            var damaged = bytes.ToArray();
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                TimelineThinning.Read(damaged, Dimensions);
            }
            catch (TemporalException refused)
            {
                Assert.Equal(ErrorKind.Corrupt, refused.Kind);
            }
        }
    }

    [Fact]
    public void the_golden_payload_is_written_again()
    {
        var read = TimelineThinning.Read(GoldenFile.Check("timeline-thinning-v1", Write(Example())), Dimensions);
        Assert.Equal(2, read.Groups.Length);
    }

    private static byte[] Write(TimelineThinning thinning)
    {
        var buffer = new ArrayBufferWriter<byte>();
        thinning.Write(buffer);
        return buffer.WrittenSpan.ToArray();
    }

    private static TimelineThinning Example() => new()
    {
        Superseded = [3, 900],
        Groups =
        [
            new ThinnedGroup
            {
                Keeper = 17,
                Resolution = "1h",
                LetGo = [new LetGoStep(12, null, null), new LetGoStep(14, "a", null), new LetGoStep(16, null, 2.5)],
                Vector = DeltaVector.Create(Dimensions, [1, 7, 40], [1.5f, -0f, 3f]),
                KeeperNorm = null,
                SetAt = null,
            },
            new ThinnedGroup
            {
                Keeper = 2_000,
                Resolution = "base",
                LetGo = [new LetGoStep(1_990, "b", LetGoStep.Heartbeat)],
                Vector = DeltaVector.Create(Dimensions, [0, 49], [2f, 4f]),
                KeeperNorm = 0.25,
                SetAt = [1_990, 1_980],
            },
        ],
    };
}
