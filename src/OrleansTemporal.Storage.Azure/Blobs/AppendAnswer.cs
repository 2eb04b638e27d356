namespace OrleansTemporal.Storage.Azure.Blobs;

/// <summary>What the service said about a block that was to stand at a certain place. No answer is an exception.</summary>
internal enum AppendAnswer
{
    /// <summary>It stands there now.</summary>
    Applied,

    /// <summary>The blob does not end there: something else stands at the place, or this block from an earlier attempt.</summary>
    Moved,

    /// <summary>There is no such blob.</summary>
    Missing,
}
