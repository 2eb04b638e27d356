namespace OrleansTemporal.Storage.Azure.Blobs;

/// <summary>What the service said about a block that was to stand at a certain place. No answer is an exception.</summary>
internal enum AppendAnswer
{
    /// <summary>It stands there now.</summary>
    Applied,

    /// <summary>
    /// The blob does not end there, or is not the one of the tag: something else stands at the place, or this block from an
    /// earlier attempt, or the blob was removed and made again.
    /// </summary>
    Moved,

    /// <summary>There is no such blob.</summary>
    Missing,
}
