namespace OrleansTemporal.Storage.Azure.Logs;

/// <summary>What became of a block, once and for all.</summary>
internal enum BlockOutcome
{
    /// <summary>It stands where it was to stand.</summary>
    Applied,

    /// <summary>Something else stands there, so it never will.</summary>
    Refused,

    /// <summary>The blob is gone, and the block with it.</summary>
    Gone,
}
