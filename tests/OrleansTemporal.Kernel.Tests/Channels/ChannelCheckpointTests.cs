using System.Buffers;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Kernel.Tests.Golden;

namespace OrleansTemporal.Kernel.Tests.Channels;

/// <summary>What a run of a channel's deltas says: its bytes, and how several become one.</summary>
public sealed class ChannelCheckpointTests
{
    [Fact]
    public void released_bytes_are_written_and_read_as_before()
    {
        var stored = GoldenFile.Check("channel-checkpoint-v1", Write(Sample(200, 600, 900, [512, 880], ("orders", 7), ("users", 300))));
        var read = ChannelCheckpoint.Read(stored);
        Assert.Equal((200, 600, 900), (read.First, read.Last, read.Published));
        Assert.Equal([512, 880], read.Counts.ToArray());
        Assert.Equal([Notice("orders", 7), Notice("users", 300)], read.Announced.ToArray());
    }

    [Fact]
    public void the_order_of_agents_does_not_change_the_bytes() =>
        Assert.Equal(Write(Sample(1, 2, 3, [], ("a", 1), ("b", 2))), Write(Sample(1, 2, 3, [], ("b", 2), ("a", 1))));

    [Fact]
    public void runs_that_follow_one_another_are_one()
    {
        var joined = ChannelCheckpoint.Join([Sample(1, 300, 310, [260], ("a", 9), ("b", 1)), Sample(301, 600, 700, [590], ("a", 12), ("c", 4))]);
        Assert.Equal(Write(Sample(1, 600, 700, [260, 590], ("a", 12), ("b", 1), ("c", 4))), Write(joined));
    }

    [Fact]
    public void what_stands_before_a_gap_is_left_out()
    {
        var newest = Sample(401, 600, 700, [690], ("c", 4));
        Assert.Equal(Write(newest), Write(ChannelCheckpoint.Join([Sample(1, 300, 310, [260], ("a", 9)), newest])));
    }

    [Fact]
    public void damaged_bytes_are_refused_and_nothing_else_happens()
    {
        var written = Write(Sample(200, 600, 900, [512, 880], ("orders", 7), ("users", 300)));
        var random = new Random(7);
        var refused = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var damaged = written[..random.Next(written.Length + 1)];
            for (var flips = random.Next(4); flips > 0 && damaged.Length > 0; flips--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            try
            {
                var read = ChannelCheckpoint.Read(damaged);
                Assert.InRange(read.First, 1, read.Last);
                Assert.All(read.Counts, count => Assert.InRange(count, 0, read.Published));
            }
            catch (FormatException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 10_000, 20_000);
    }

    private static ChannelCheckpoint Sample(long first, long last, long published, long[] counts, params (string Name, long Sequence)[] announced) => new()
    {
        First = first,
        Last = last,
        Published = published,
        Counts = [.. counts],
        Announced = [.. announced.Select(static row => Notice(row.Name, row.Sequence))],
    };

    private static AgentNotice Notice(string name, long sequence) => new(new AgentId("default", AgentKind.Kv, name, 0), sequence);

    private static byte[] Write(ChannelCheckpoint checkpoint)
    {
        var bytes = new ArrayBufferWriter<byte>();
        checkpoint.Write(bytes);
        return bytes.WrittenSpan.ToArray();
    }
}
