namespace OrleansTemporal.Storage.Azure.Logs;

/// <summary>How an append ended.</summary>
/// <param name="Outcome">What became of the block.</param>
/// <param name="Tag">Of the blob that it stands in, as it was seen with the block; null unless applied.</param>
internal readonly record struct BlockSettlement(BlockOutcome Outcome, string? Tag = null);
