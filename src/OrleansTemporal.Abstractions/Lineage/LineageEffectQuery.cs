using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Lineage;

/// <summary>Asks one agent which of its writes follow from some writes, its own or those of other agents.</summary>
public sealed record LineageEffectQuery
{
    /// <summary>1 to <see cref="Limits.LineageBatchMax"/> writes.</summary>
    public required ImmutableArray<WriteId> Causes { get; init; }

    /// <summary>An instant; or the newest durable state.</summary>
    public AsOf AsOf { get; init; }

    /// <summary>Deltas of one cause at most; the rest of them is left out.</summary>
    public int CountPerCauseMax { get; init; } = int.MaxValue;

    /// <summary>Rows of the page at most.</summary>
    public int Limit { get; init; } = Limits.PageCountMax;

    /// <summary>Where to go on: place in <see cref="Causes"/>.</summary>
    public int FromCause { get; init; }

    /// <summary>Where to go on: only sequences below this one, of the cause at <see cref="FromCause"/>.</summary>
    public long BeforeSequence { get; init; } = long.MaxValue;
}
