namespace OrleansTemporal.Storage.Azure.Memory;

/// <summary>The calls that a <see cref="BlobFaultPlan"/> can disturb.</summary>
internal enum BlobOperation
{
    /// <summary>Making a blob.</summary>
    Create,

    /// <summary>Appending a block.</summary>
    Append,

    /// <summary>Asking for length and claim.</summary>
    Head,

    /// <summary>Reading a range.</summary>
    Read,

    /// <summary>Listing.</summary>
    List,

    /// <summary>Removing.</summary>
    Delete,
}
