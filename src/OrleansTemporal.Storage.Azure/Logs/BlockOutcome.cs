namespace OrleansTemporal.Storage.Azure.Logs;

/// <summary>What became of a block, once and for all.</summary>
internal enum BlockOutcome
{
    /// <summary>It stands where it was to stand.</summary>
    Applied,

    /// <summary>Another block follows the one that it was to follow, so it never will.</summary>
    Refused,

    /// <summary>The blob is gone, or another of its name is there, and nobody can say whether it ever held the block.</summary>
    Gone,
}
