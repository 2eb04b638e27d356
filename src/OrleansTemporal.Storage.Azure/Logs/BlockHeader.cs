using System.Buffers.Binary;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Storage.Azure.Logs;

/// <summary>The 80 bytes that each appended block begins with; byte by byte in docs/formats/azure-log.md.</summary>
internal readonly record struct BlockHeader
{
    public const int Bytes = 80;

    /// <summary>Bytes of the checksum that ends a block.</summary>
    public const int TrailerBytes = 4;

    /// <summary>Bytes in front of each record: length, checksum, system time.</summary>
    public const int RecordHeaderBytes = 16;

    private const uint Magic = 'O' | 'T' << 8 | 'A' << 16 | 'L' << 24;
    private const ushort FormatVersion = 1;
    private const int CrcOffset = 76;

    public required BlockType Type { get; init; }

    /// <summary>Bytes of the whole block.</summary>
    public required int LengthBytes { get; init; }

    public int RecordCount { get; init; }

    /// <summary>Epoch of the blob that it stands in.</summary>
    public required ulong Epoch { get; init; }

    /// <summary>Sequence of the first record; of the next one in a block without records.</summary>
    public required long FirstSequence { get; init; }

    /// <summary>Greatest system time of the records; in a release the greatest that the blob names before; otherwise 0.</summary>
    public HybridTimestamp Time { get; init; }

    /// <summary>Who wrote it.</summary>
    public required UInt128 Claim { get; init; }

    /// <summary>Place in the blob, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>Checksum of the block before; 0 for the first.</summary>
    public required uint Previous { get; init; }

    /// <summary>In a fence: the epoch that goes on.</summary>
    public ulong NextEpoch { get; init; }

    public long LastSequence => FirstSequence + RecordCount - 1;

    /// <summary>The checksum that ends a header.</summary>
    public static uint CrcOf(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt32LittleEndian(header[CrcOffset..]);

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[4..], FormatVersion);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[6..], (ushort)Type);
        BinaryPrimitives.WriteInt32LittleEndian(destination[8..], LengthBytes);
        BinaryPrimitives.WriteInt32LittleEndian(destination[12..], RecordCount);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], Epoch);
        BinaryPrimitives.WriteInt64LittleEndian(destination[24..], FirstSequence);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[32..], Time.Value);
        BinaryPrimitives.WriteUInt128LittleEndian(destination[40..], Claim);
        BinaryPrimitives.WriteInt32LittleEndian(destination[56..], Number);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[60..], Previous);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[64..], NextEpoch);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[72..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[CrcOffset..], Crc32C.Compute(destination[..CrcOffset]));
    }

    /// <summary>Reads and verifies a header; what is wrong with it otherwise.</summary>
    public static string? TryRead(ReadOnlySpan<byte> source, out BlockHeader header)
    {
        header = default;
        if (source.Length < Bytes)
        {
            return "a block ends within its header";
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(source) != Magic
            || CrcOf(source) != Crc32C.Compute(source[..CrcOffset]))
        {
            return "the header of a block does not verify";
        }

        var version = BinaryPrimitives.ReadUInt16LittleEndian(source[4..]);
        if (version != FormatVersion)
        {
            return $"a block has format version {version}, which this release does not read";
        }

        header = new BlockHeader
        {
            Type = (BlockType)BinaryPrimitives.ReadUInt16LittleEndian(source[6..]),
            LengthBytes = BinaryPrimitives.ReadInt32LittleEndian(source[8..]),
            RecordCount = BinaryPrimitives.ReadInt32LittleEndian(source[12..]),
            Epoch = BinaryPrimitives.ReadUInt64LittleEndian(source[16..]),
            FirstSequence = BinaryPrimitives.ReadInt64LittleEndian(source[24..]),
            Time = new(BinaryPrimitives.ReadUInt64LittleEndian(source[32..])),
            Claim = BinaryPrimitives.ReadUInt128LittleEndian(source[40..]),
            Number = BinaryPrimitives.ReadInt32LittleEndian(source[56..]),
            Previous = BinaryPrimitives.ReadUInt32LittleEndian(source[60..]),
            NextEpoch = BinaryPrimitives.ReadUInt64LittleEndian(source[64..]),
        };
        return header.Check();
    }

    private string? Check()
    {
        if (LengthBytes < Bytes + TrailerBytes || LengthBytes > LogBlock.BytesMax || FirstSequence < 1 || Number < 1)
        {
            return "a block has impossible numbers";
        }

        return Type switch
        {
            BlockType.Records => RecordCount > 0 && NextEpoch == 0 && LengthBytes >= Bytes + TrailerBytes + ((long)RecordCount * RecordHeaderBytes),
            BlockType.Fence => RecordCount == 0 && NextEpoch > Epoch && LengthBytes == Bytes + TrailerBytes,
            BlockType.Release or BlockType.Begin => RecordCount == 0 && NextEpoch == 0 && LengthBytes == Bytes + TrailerBytes,
            _ => false,
        }
            ? null
            : "a block has impossible numbers";
    }
}
