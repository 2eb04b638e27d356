using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>Asks a partition of a stream to let go of points that its policy keeps no more, or only in windows.</summary>
public sealed record SeriesThinOrder
{
    /// <summary>Points of before this event time, in nanoseconds, may go with nothing in their place; <see cref="long.MinValue"/> for none.</summary>
    public long KeepFrom { get; init; } = long.MinValue;

    /// <summary>From when on windows suffice: points of before an event time may go when those of each step have become a window; from fine to coarse.</summary>
    public ImmutableArray<SeriesBand> Levels { get; init; } = [];

    /// <summary>
    /// Segments stay as they are that have a request with an idempotency key of at or behind this moment: one that comes again is
    /// compared with what its delta has.
    /// </summary>
    public HybridTimestamp WrittenBefore { get; init; }

    /// <summary>True to say what would go, and let nothing go.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>Who asks.</summary>
    public string Actor { get; init; } = "";
}
