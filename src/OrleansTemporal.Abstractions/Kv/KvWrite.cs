using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>One atomic write to one storage agent: it becomes one delta, or nothing.</summary>
public sealed record KvWrite
{
    /// <summary>1 to <see cref="Limits.BatchCountMax"/> operations, applied in order; a key may occur more than once.</summary>
    public required ImmutableArray<KvOperation> Operations { get; init; }

    /// <summary>Set to make the write recognisable when it is sent again.</summary>
    public OperationStamp? Operation { get; init; }

    /// <summary>Who writes; empty for nobody in particular.</summary>
    public string Actor { get; init; } = "";

    /// <summary>Writes that this one follows from; at most <see cref="Limits.CausesMax"/>.</summary>
    public ImmutableArray<WriteId> Causes { get; init; } = [];

    /// <summary>Pairs that travel under the root; at most <see cref="Limits.MetadataCountMax"/>. Never erasable: no personal data.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Metadata { get; init; } = [];

    /// <summary>Identifies the parts of one write over several agents; default when there is only this one.</summary>
    public WriteGroup? Group { get; init; }

    /// <summary>Whether the answer waits until the delta is durable.</summary>
    public Durability Durability { get; init; } = Durability.Durable;

    /// <summary>A system time that the caller has seen; the delta's own is later.</summary>
    public HybridTimestamp Observed { get; init; }
}
