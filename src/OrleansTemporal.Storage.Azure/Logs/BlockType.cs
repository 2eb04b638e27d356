namespace OrleansTemporal.Storage.Azure.Logs;

/// <summary>What a block of a log says.</summary>
internal enum BlockType : ushort
{
    /// <summary>Records of deltas.</summary>
    Records = 1,

    /// <summary>The blob ends here; the epoch that it names goes on. Whoever made that epoch's blob owns the agent.</summary>
    Fence = 2,

    /// <summary>The owner has stopped in good order and answers nothing any more; only a fence may follow.</summary>
    Release = 3,

    /// <summary>
    /// The first block of a blob, by the owner that made it, who has seen since that the blob before still stands, so that
    /// nobody had this one before.
    /// </summary>
    Begin = 4,
}
