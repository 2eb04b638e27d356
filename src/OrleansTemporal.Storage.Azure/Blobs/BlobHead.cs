namespace OrleansTemporal.Storage.Azure.Blobs;

/// <summary>What the service says about an append blob without its content.</summary>
/// <param name="LengthBytes">Bytes appended so far.</param>
/// <param name="Claim">Whose it is: what its maker has named at its making.</param>
/// <param name="Tag">Another with every change, and with every making of a blob of the same name.</param>
internal readonly record struct BlobHead(long LengthBytes, UInt128 Claim, string Tag);
