using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Compression;

namespace OrleansTemporal.Storage.Segments;

/// <summary>One row of a segment's block index.</summary>
/// <param name="FirstSequence">Sequence of its first record.</param>
/// <param name="RecordCount">Number of records.</param>
/// <param name="Offset">Where the stored bytes begin, relative to the section.</param>
/// <param name="StoredLength">Their length.</param>
/// <param name="RawLength">Length after decompression.</param>
/// <param name="Checksum">CRC-32C of the stored bytes.</param>
/// <param name="Codec">How they are stored.</param>
/// <param name="RootBefore">The local root before its first record.</param>
/// <param name="FirstTime">System time of its first record.</param>
/// <param name="LastTime">System time of its last record.</param>
internal readonly record struct SegmentBlock(
    long FirstSequence,
    int RecordCount,
    long Offset,
    int StoredLength,
    int RawLength,
    uint Checksum,
    BlockCodec Codec,
    Distinction RootBefore,
    HybridTimestamp FirstTime,
    HybridTimestamp LastTime)
{
    public PackedBlock Packed => new(StoredLength, RawLength, Checksum, Codec);

    public long LastSequence => FirstSequence + RecordCount - 1;
}
