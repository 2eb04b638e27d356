using System.Buffers.Binary;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Storage.Azure.Logs;

/// <summary>Records that are staged for one append. The block is filled by <see cref="TryAdd"/> and given its place by <see cref="Seal"/>.</summary>
internal sealed class LogBlock
{
    /// <summary>Most bytes of a block that holds one record: the largest record and its frame.</summary>
    public const int BytesMax = Limits.DeltaBytesMax + (1 << 10);

    /// <summary>Bytes at which a block takes no further record: what the service takes in one append whatever its version, and quick to send again.</summary>
    public const int FullBytes = 4 << 20;

    private byte[] buffer = new byte[4 << 10];
    private int length = BlockHeader.Bytes;

    public long FirstSequence { get; private set; }

    public int RecordCount { get; private set; }

    public long RecordBytes { get; private set; }

    public HybridTimestamp Time { get; private set; }

    public long LastSequence => FirstSequence + RecordCount - 1;

    /// <summary>Copies a record; false when the block is full.</summary>
    public bool TryAdd(long sequence, HybridTimestamp systemTime, ReadOnlySpan<byte> record)
    {
        var needed = BlockHeader.RecordHeaderBytes + record.Length;
        if (RecordCount > 0 && length + needed + BlockHeader.TrailerBytes > FullBytes)
        {
            return false;
        }

        if (buffer.Length < length + needed + BlockHeader.TrailerBytes)
        {
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, length + needed + BlockHeader.TrailerBytes));
        }

        var frame = buffer.AsSpan(length);
        BinaryPrimitives.WriteInt32LittleEndian(frame, record.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[4..], Crc32C.Compute(record));
        BinaryPrimitives.WriteUInt64LittleEndian(frame[8..], systemTime.Value);
        record.CopyTo(frame[BlockHeader.RecordHeaderBytes..]);
        if (RecordCount == 0)
        {
            FirstSequence = sequence;
        }

        length += needed;
        RecordCount++;
        RecordBytes += record.Length;
        Time = HybridTimestamp.Max(Time, systemTime);
        return true;
    }

    /// <summary>The bytes to append at a place.</summary>
    public ReadOnlyMemory<byte> Seal(ulong epoch, UInt128 claim, int number, uint previous)
    {
        var total = length + BlockHeader.TrailerBytes;
        return Finish(buffer.AsMemory(0, total), new BlockHeader
        {
            Type = BlockType.Records,
            LengthBytes = total,
            RecordCount = RecordCount,
            Epoch = epoch,
            FirstSequence = FirstSequence,
            Time = Time,
            Claim = claim,
            Number = number,
            Previous = previous,
        });
    }

    /// <summary>A block without records.</summary>
    public static ReadOnlyMemory<byte> Mark(BlockHeader header) =>
        Finish(new byte[BlockHeader.Bytes + BlockHeader.TrailerBytes], header with { LengthBytes = BlockHeader.Bytes + BlockHeader.TrailerBytes });

    /// <summary>
    /// The checksum that a block must end with: its header's, continued over what follows. The header's own four bytes are
    /// left out: behind them the checksum of any header would be the same, and a block would follow any other.
    /// </summary>
    public static uint Checksum(ReadOnlySpan<byte> block) =>
        Crc32C.Append(BlockHeader.CrcOf(block), block[BlockHeader.Bytes..^BlockHeader.TrailerBytes]);

    /// <summary>The checksum that ends a block.</summary>
    public static uint CrcOf(ReadOnlySpan<byte> block) => BinaryPrimitives.ReadUInt32LittleEndian(block[^BlockHeader.TrailerBytes..]);

    private static ReadOnlyMemory<byte> Finish(Memory<byte> block, in BlockHeader header)
    {
        var bytes = block.Span;
        header.Write(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[^BlockHeader.TrailerBytes..], Checksum(bytes));
        return block;
    }
}
