using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Lifecycle;

/// <summary>A run of a process that changed something.</summary>
public sealed record LifecycleRun
{
    /// <summary>What ran.</summary>
    public required LifecycleProcess Process { get; init; }

    /// <summary>When it ended: the system time of its delta.</summary>
    public HybridTimestamp SystemTime { get; init; }

    /// <summary>What it counted.</summary>
    public ImmutableSortedDictionary<string, long> Counts { get; init; } = ImmutableSortedDictionary<string, long>.Empty;

    /// <summary>The digest over all agents, of a genome run.</summary>
    public Distinction? Digest { get; init; }
}
