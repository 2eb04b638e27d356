using System.Collections.Immutable;
using OrleansTemporal.Lifecycle;

namespace OrleansTemporal.Operations;

/// <summary>A long-running operation as a client sees it. Kept in memory only: after a restart it is unknown and can be started again.</summary>
public sealed record OperationInfo
{
    /// <summary>Its id within the workspace.</summary>
    public required string Id { get; init; }

    /// <summary>The workspace that it works on.</summary>
    public required string Workspace { get; init; }

    /// <summary>What it does, for example <c>verify</c>.</summary>
    public required string Process { get; init; }

    /// <summary>Where it is.</summary>
    public required OperationStatus Status { get; init; }

    /// <summary>0 to 1.</summary>
    public required double Progress { get; init; }

    /// <summary>What it has counted so far.</summary>
    public ImmutableSortedDictionary<string, long> Counts { get; init; } = ImmutableSortedDictionary<string, long>.Empty;

    /// <summary>What it saved or, of a dry run, would save; null when it is not about that.</summary>
    public LifecycleSavings? Savings { get; init; }

    /// <summary>Of a distillation: the least fit documents that nothing needs, a hundred at most.</summary>
    public ImmutableArray<ScoredDocument> Garbage { get; init; } = [];

    /// <summary>The first fault, with its place; null when there is none.</summary>
    public string? Fault { get; init; }
}
