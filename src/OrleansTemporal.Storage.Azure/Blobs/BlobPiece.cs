namespace OrleansTemporal.Storage.Azure.Blobs;

/// <summary>What a read has found.</summary>
/// <param name="LengthBytes">Bytes read.</param>
/// <param name="Tag">Of the blob that they were read from; null when there were none.</param>
internal readonly record struct BlobPiece(int LengthBytes, string? Tag);
