namespace OrleansTemporal.Kv;

/// <summary>What one operation of a write does to its key.</summary>
public enum KvOperationKind : byte
{
    /// <summary>A new version with a value.</summary>
    Put = 1,

    /// <summary>A tombstone; history stays.</summary>
    Delete = 2,

    /// <summary>The tombstone of a value whose time is over. Clean-up writes it; nobody can ask for it.</summary>
    Expire = 3,
}
