using System.Buffers;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kernel.Tests.Golden;
using OrleansTemporal.Timelines;

namespace OrleansTemporal.Kernel.Tests.Timelines;

/// <summary>Batches of deltas as bytes: what is written reads back, what was damaged is refused.</summary>
public sealed class DeltaBatchCodecTests
{
    [Fact]
    public void batches_read_back()
    {
        var random = new Random(1);
        for (var round = 0; round < 200; round++)
        {
            var dimensions = 1 + random.Next(500);
            var deltas = Enumerable.Range(0, random.Next(12)).Select(_ => Delta(random, dimensions)).ToArray();
            var bytes = Write(dimensions, deltas, out var checksum);
            var read = DeltaBatchCodec.Read(bytes);
            Assert.Equal((dimensions, checksum), (read.Dimensions, read.Checksum));
            Assert.Equal(deltas.Length, read.Deltas.Length);
            for (var i = 0; i < deltas.Length; i++)
            {
                Assert.Equal(deltas[i] with { Vector = read.Deltas[i].Vector, Metadata = read.Deltas[i].Metadata }, read.Deltas[i]);
                Assert.Equal(deltas[i].Metadata.AsEnumerable(), read.Deltas[i].Metadata);
                Assert.Equal(deltas[i].Vector.Indices.ToArray(), read.Deltas[i].Vector.Indices.ToArray());
                Assert.Equal(deltas[i].Vector.Values.ToArray(), read.Deltas[i].Vector.Values.ToArray());
            }
        }
    }

    [Fact]
    public void every_flipped_bit_and_every_cut_is_found()
    {
        var random = new Random(2);
        var bytes = Write(40, [.. Enumerable.Range(0, 4).Select(_ => Delta(random, 40))], out _);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var damaged = bytes.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Contains(Assert.Throws<TemporalException>(() => DeltaBatchCodec.Read(damaged)).Code, new[] { ErrorCodes.MalformedDeltas, ErrorCodes.BatchTooLarge });
        }

        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(ErrorCodes.MalformedDeltas, Assert.Throws<TemporalException>(() => DeltaBatchCodec.Read(bytes.AsSpan(0, length))).Code);
        }

        Assert.Throws<TemporalException>(() => DeltaBatchCodec.Read([.. bytes, 0]));
    }

    [Fact]
    public void the_checksum_is_of_what_the_deltas_say_and_not_of_their_ids_alone()
    {
        var first = new DeltaBatchItem { Id = "a", Vector = DeltaVector.Create(5, [1], [1f]) };
        Write(5, [first], out var one);
        Write(5, [first with { Vector = DeltaVector.Create(5, [1], [2f]) }], out var other);
        Write(5, [first], out var again);
        Assert.Equal((true, true), (one != other, one == again));
    }

    [Fact]
    public void a_batch_that_claims_more_than_it_has_is_refused_without_memory_for_it()
    {
        var bytes = Write(4_000_000, [], out _);
        bytes[12] = 0x10;
        bytes[13] = 0x27;
        Assert.Equal(ErrorCodes.MalformedDeltas, Assert.Throws<TemporalException>(() => DeltaBatchCodec.Read(bytes)).Code);
        bytes[12] = 0x11;
        Assert.Equal(ErrorCodes.BatchTooLarge, Assert.Throws<TemporalException>(() => DeltaBatchCodec.Read(bytes)).Code);
    }

    [Fact]
    public void released_bytes_stay_readable()
    {
        DeltaBatchItem[] deltas =
        [
            new() { Id = "epoch-1", Sequence = 2, SystemTime = HybridTimestamp.FromMilliseconds(1_700_000_000_000), Metadata = [KeyValuePair.Create("loss", "0.5")], Vector = DeltaVector.Create(50_000, [3, 900, 901, 40_000], [1f, -0f, 0.25f, float.MaxValue]) },
            new() { Parent = "epoch-1", IsAdditive = true, Vector = DeltaVector.Create(50_000, [7], [-2f]) },
        ];
        var read = DeltaBatchCodec.Read(GoldenFile.Check("timeline-batch-v1", Write(50_000, deltas, out _)));
        Assert.Equal([3, 900, 901, 40_000], read.Deltas[0].Vector.Indices.ToArray());
        Assert.Equal(("epoch-1", 2L, "0.5"), (read.Deltas[0].Id, read.Deltas[0].Sequence, read.Deltas[0].Metadata[0].Value));
        Assert.Equal(("epoch-1", true, 0L), (read.Deltas[1].Parent, read.Deltas[1].IsAdditive, read.Deltas[1].Sequence));
    }

    private static byte[] Write(int dimensions, DeltaBatchItem[] deltas, out Distinction checksum)
    {
        var buffer = new ArrayBufferWriter<byte>();
        checksum = DeltaBatchCodec.Write(buffer, dimensions, deltas);
        return buffer.WrittenSpan.ToArray();
    }

    private static DeltaBatchItem Delta(Random random, int dimensions)
    {
        var indices = Enumerable.Range(0, dimensions).Where(_ => random.Next(5) == 0).ToArray();
        return new DeltaBatchItem
        {
            Id = random.Next(2) == 0 ? null : $"id-{random.Next(100)}",
            Parent = random.Next(2) == 0 ? null : "ü",
            IsAdditive = random.Next(2) == 0,
            Sequence = random.Next(3),
            Metadata = random.Next(2) == 0 ? [] : [KeyValuePair.Create("k", "v"), KeyValuePair.Create("", "")],
            Vector = DeltaVector.Create(dimensions, indices, [.. indices.Select(_ => (float)random.NextDouble())]),
        };
    }
}
