using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>Asks one storage agent to forget values for good: all versions of one key, or of all keys with a prefix.</summary>
public sealed record KvErase
{
    /// <summary>The key; null to erase by prefix.</summary>
    public string? Key { get; init; }

    /// <summary>Without a key: what the keys begin with; empty for all.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Makes the erasure recognisable when it is sent again; null when it isn't.</summary>
    public OperationStamp? Operation { get; init; }

    /// <summary>Who erases; stays under the root.</summary>
    public string Actor { get; init; } = "";

    /// <summary>Why; stays under the root, so it must not repeat what is erased. Empty for no reason given.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Ids of the data keys that are destroyed with it, separated by commas; those that 1,024 bytes have room for.</summary>
    public string DataKeys { get; init; } = "";

    /// <summary>
    /// Version of the slot map that the caller goes by: an agent that has handed keys of the erasure over since answers
    /// <c>slots_moved</c>. 0 for any.
    /// </summary>
    public long MapVersion { get; init; }

    /// <summary>What the caller has seen; the erasure is stamped later.</summary>
    public HybridTimestamp Observed { get; init; }
}
