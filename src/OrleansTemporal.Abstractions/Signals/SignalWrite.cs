using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Signals;

/// <summary>One atomic batch of events for one ledger agent: it becomes one delta, or nothing.</summary>
public sealed record SignalWrite
{
    /// <summary>1 to <see cref="Limits.BatchCountMax"/> events.</summary>
    public required ImmutableArray<SignalEvent> Events { get; init; }

    /// <summary>Set to make the batch recognisable when it is sent again.</summary>
    public OperationStamp? Operation { get; init; }

    /// <summary>Who writes; empty for nobody in particular.</summary>
    public string Actor { get; init; } = "";

    /// <summary>Identifies the parts of one batch over several agents; null when there is only this one.</summary>
    public WriteGroup? Group { get; init; }

    /// <summary>Whether the answer waits until the delta is durable.</summary>
    public Durability Durability { get; init; } = Durability.Durable;

    /// <summary>A system time that the caller has seen; the delta's own is later.</summary>
    public HybridTimestamp Observed { get; init; }
}
