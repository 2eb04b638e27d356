using System.Buffers.Binary;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Storage.Azure.Logs;

/// <summary>Verifies a whole block and takes its records out of it.</summary>
internal static class BlockReader
{
    /// <summary>Whether the checksum that ends a block holds; that of its header was verified before.</summary>
    public static bool Verifies(ReadOnlySpan<byte> block) => LogBlock.Checksum(block) == LogBlock.CrcOf(block);

    /// <summary>Adds the records behind a sequence as slices of the block.</summary>
    /// <returns>What is wrong with the block, or null.</returns>
    public static string? AddRecords(in BlockHeader header, ReadOnlyMemory<byte> block, long afterSequence, List<ReadOnlyMemory<byte>> records)
    {
        if (!Verifies(block.Span))
        {
            return "a block does not verify";
        }

        var offset = BlockHeader.Bytes;
        var end = block.Length - BlockHeader.TrailerBytes;
        for (var i = 0; i < header.RecordCount; i++)
        {
            if (end - offset < BlockHeader.RecordHeaderBytes)
            {
                return "a record begins behind the end of its block";
            }

            var frame = block.Span[offset..end];
            var length = BinaryPrimitives.ReadInt32LittleEndian(frame);
            offset += BlockHeader.RecordHeaderBytes;
            if (length < 0 || length > end - offset)
            {
                return "a record ends behind the end of its block";
            }

            var record = block.Slice(offset, length);
            if (Crc32C.Compute(record.Span) != BinaryPrimitives.ReadUInt32LittleEndian(frame[4..]))
            {
                return $"record {header.FirstSequence + i} does not verify";
            }

            offset += length;
            if (header.FirstSequence + i > afterSequence)
            {
                records.Add(record);
            }
        }

        return offset == end ? null : "a block has bytes behind its last record";
    }
}
