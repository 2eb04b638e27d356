namespace OrleansTemporal.Kv;

/// <summary>What kind of version a node is; the same bits as in a key run's entries.</summary>
[Flags]
internal enum KvNodeFlags : byte
{
    None = 0,
    Deleted = 1,
    Erased = 2,

    /// <summary>With <see cref="Deleted"/>: clean-up's tombstone of a value whose time was over.</summary>
    Expired = 4,

    /// <summary>The value is encrypted.</summary>
    Encrypted = 8,

    /// <summary>With <see cref="Encrypted"/>: the value refers to no document.</summary>
    WithoutReferences = 16,
}
