using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Compression;

namespace OrleansTemporal.Storage.Runs;

/// <summary>One row of a run's block index, without its first key.</summary>
/// <param name="Offset">Where the stored bytes begin, relative to the section.</param>
/// <param name="StoredLength">Their length.</param>
/// <param name="RawLength">Length after decompression.</param>
/// <param name="Checksum">CRC-32C of the stored bytes.</param>
/// <param name="Codec">How they are stored.</param>
/// <param name="EntryCount">Number of entries.</param>
/// <param name="FirstSequence">Sequence of the first entry.</param>
/// <param name="FirstTime">System time of the first entry.</param>
internal readonly record struct RunBlock(
    long Offset, int StoredLength, int RawLength, uint Checksum, BlockCodec Codec, int EntryCount, long FirstSequence, HybridTimestamp FirstTime)
{
    public PackedBlock Packed => new(StoredLength, RawLength, Checksum, Codec);
}
