using System.Collections.Immutable;

namespace OrleansTemporal.Lifecycle;

/// <summary>What a run came to.</summary>
public sealed record LifecycleReport
{
    /// <summary>What it counted.</summary>
    public required ImmutableSortedDictionary<string, long> Counts { get; init; }

    /// <summary>What it saved; null when it is not about that.</summary>
    public LifecycleSavings? Savings { get; init; }

    /// <summary>Of a distillation: the least fit documents that nothing refers to and nothing follows from, a hundred at most.</summary>
    public ImmutableArray<ScoredDocument> Garbage { get; init; } = [];
}
