using System.Collections.Immutable;

namespace OrleansTemporal.Lifecycle;

/// <summary>What the lifecycle agent of a workspace knows.</summary>
public sealed record LifecycleState
{
    /// <summary>The policy in force.</summary>
    public required LifecyclePolicy Policy { get; init; }

    /// <summary>Sequence of the delta that set it; 0 for the default.</summary>
    public long PolicySequence { get; init; }

    /// <summary>The newest run of each process that changed something.</summary>
    public ImmutableArray<LifecycleRun> Runs { get; init; } = [];
}
