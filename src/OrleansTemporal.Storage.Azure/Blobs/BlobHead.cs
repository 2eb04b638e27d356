namespace OrleansTemporal.Storage.Azure.Blobs;

/// <summary>What the service says about an append blob without its content.</summary>
/// <param name="LengthBytes">Bytes appended so far.</param>
/// <param name="Claim">Whose it is: what its maker has named at its making.</param>
internal readonly record struct BlobHead(long LengthBytes, UInt128 Claim);
