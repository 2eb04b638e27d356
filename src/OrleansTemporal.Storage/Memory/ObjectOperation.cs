namespace OrleansTemporal.Storage.Memory;

/// <summary>The calls of an object store that a fault can be put on.</summary>
public enum ObjectOperation
{
    /// <summary>Making a writer.</summary>
    Create,

    /// <summary>Writing bytes of an object.</summary>
    Write,

    /// <summary>Committing an object.</summary>
    Commit,

    /// <summary>Replacing a small object.</summary>
    PutIfMatch,

    /// <summary>Reading a small object.</summary>
    Get,

    /// <summary>Reading a range.</summary>
    Read,

    /// <summary>Listing.</summary>
    List,

    /// <summary>Removing.</summary>
    Delete,

    /// <summary>Changing the storage class.</summary>
    SetTier,
}
