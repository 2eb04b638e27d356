using System.Buffers.Binary;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Compression;
using OrleansTemporal.Storage.Formats;
using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Storage.Tests.Segments;

public class SegmentDamageTests
{
    /// <summary>A flipped bit anywhere in a segment is found, or changes nothing that is read.</summary>
    [Theory]
    [InlineData(BlockCodec.Raw)]
    [InlineData(BlockCodec.Deflate)]
    [InlineData(BlockCodec.Parted)]
    public async Task every_flipped_bit_is_found(BlockCodec codec)
    {
        var history = new TestHistory(1).AddMany(4, 90, 0.5, 0.5);
        var store = new MemoryObjectStore();
        var segment = await new TestSegments(store).WriteAsync(
            history, 1, history.Count, "s", new() { Codec = codec, PackedPercentMax = 90, BlockBytes = 600, Parts = new WholePayload() });
        var bytes = store.Content("s")!;
        var found = 0;
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                await TestSegments.AssertHoldsAsync(await new TestSegments(store).OpenAsync(segment), history);
            }
            catch (TemporalException exception) when (exception.Kind is ErrorKind.Corrupt or ErrorKind.Conflict)
            {
                found++;
            }

            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.Equal(bytes.Length * 8, found);
    }

    [Fact]
    public async Task every_truncation_is_found()
    {
        var history = new TestHistory(1).AddMany(6, 120);
        var store = new MemoryObjectStore();
        var segment = await new TestSegments(store).WriteAsync(history, 1, history.Count, "s");
        var bytes = store.Content("s")!;
        for (var length = 0; length < bytes.Length; length++)
        {
            var cut = new MemoryObjectStore();
            await cut.PutIfMatchAsync("s", bytes.AsMemory(0, length), null, default);
            await Assert.ThrowsAsync<TemporalException>(() => new TestSegments(cut).OpenAsync(segment));
        }
    }

    /// <summary>Bytes that verify and mean nothing end in an error that says where, never in another exception.</summary>
    [Fact]
    public async Task mutated_footers_are_refused_or_read()
    {
        var history = new TestHistory(1).AddMany(40, 200);
        var store = new MemoryObjectStore();
        var segment = await new TestSegments(store).WriteAsync(history, 1, history.Count, "s", new() { BlockBytes = 1_000 });
        var good = store.Content("s")!;
        var length = BinaryPrimitives.ReadInt32LittleEndian(good.AsSpan(good.Length - Section.TrailerBytes));
        var footer = good.AsSpan(good.Length - Section.TrailerBytes - length, length).ToArray();
        Fuzz.Run(footer, bytes => SegmentFooter.Read(new(bytes, good.Length - Section.TrailerBytes - length, history.Agent.Digest), segment));
    }

    [Fact]
    public void mutated_references_are_refused_or_read()
    {
        var writer = new FormatWriter();
        StoredRecord.Write(writer, new byte[400], [new(10, 70, 3, 20), new(90, 64, 1, 100), new(200, 100, 0, 10)]);
        Fuzz.Run(writer.Written.ToArray(), bytes => StoredRecord.ReadReferences(bytes, 9, "s", 0, out _));
    }

    [Fact]
    public void mutated_operations_are_refused_or_read()
    {
        var history = new TestHistory(1).AddMany(20, operationChance: 1);
        var operations = new OperationList();
        foreach (var record in history.Records)
            operations.Add(DeltaRecord.Read(record), history.Genesis);
        var segment = new SegmentRef
        {
            ObjectPath = "s",
            Offset = 0,
            Length = 1,
            Agent = history.Agent,
            FirstSequence = 1,
            LastSequence = 20,
            RootBefore = default,
            RootAfter = default,
            MinTime = default,
            MaxTime = default,
            RawBytes = 0,
            OperationCount = 20,
        };
        Fuzz.Run(operations.Encode().ToArray(), bytes => OperationList.Decode(bytes, 20, segment, 0));
    }
}
