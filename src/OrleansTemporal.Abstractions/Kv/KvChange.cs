using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>What one write did to one key.</summary>
public sealed record KvChange
{
    /// <summary>Put, delete or the end of a value's time; null when the write was erased and only its place is left.</summary>
    public KvOperationKind? Kind { get; init; }

    /// <summary>The key; empty when the write was erased.</summary>
    public required string Key { get; init; }

    /// <summary>Names the version.</summary>
    public required WriteId WriteId { get; init; }

    /// <summary>The document of a put, as canonical JSON; empty when it is encrypted.</summary>
    public ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>True when the document is stored under a data key: whoever may read it asks the storage agent for this version.</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>True when the key had a value just before.</summary>
    public bool HadValue { get; init; }
}
