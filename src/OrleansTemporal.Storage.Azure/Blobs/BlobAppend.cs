namespace OrleansTemporal.Storage.Azure.Blobs;

/// <summary>The answer to an append.</summary>
/// <param name="Answer">What became of the block.</param>
/// <param name="Tag">Of the blob with the block; null unless it was applied.</param>
internal readonly record struct BlobAppend(AppendAnswer Answer, string? Tag = null);
