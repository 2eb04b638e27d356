namespace OrleansTemporal.Storage.Memory;

/// <summary>The calls of a file system that a <see cref="FaultPlan"/> can disturb.</summary>
public enum FileOperation
{
    /// <summary>Opening or making a file.</summary>
    Open,

    /// <summary>Listing a folder.</summary>
    List,

    /// <summary>Giving a file another name.</summary>
    Rename,

    /// <summary>Removing a file.</summary>
    Delete,

    /// <summary>Making the names in a folder durable.</summary>
    FlushFolder,

    /// <summary>Reading bytes.</summary>
    Read,

    /// <summary>Writing bytes.</summary>
    Write,

    /// <summary>Making the bytes of a file durable.</summary>
    Flush,

    /// <summary>Cutting or extending a file.</summary>
    SetLength,
}
