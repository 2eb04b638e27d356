using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>Asks what an operation came to, at an agent and at those whose slots it has taken over.</summary>
public sealed record KvRecallQuery
{
    /// <summary>The operation.</summary>
    public required OperationStamp Operation { get; init; }

    /// <summary>The slots of the keys that it writes.</summary>
    public required SlotSet Slots { get; init; }

    /// <summary>Only deltas up to this one count; <see cref="long.MaxValue"/> for all.</summary>
    public long ThroughSequence { get; init; } = long.MaxValue;
}
