namespace OrleansTemporal.Storage.Compression;

/// <summary>How a block is stored.</summary>
/// <param name="StoredLength">Length of the stored bytes.</param>
/// <param name="RawLength">Length after decompression.</param>
/// <param name="Checksum">CRC-32C of the stored bytes.</param>
/// <param name="Codec">How they are stored.</param>
internal readonly record struct PackedBlock(int StoredLength, int RawLength, uint Checksum, BlockCodec Codec);
