using OrleansTemporal.Causality;

namespace OrleansTemporal.Lifecycle;

/// <summary>Asks an agent to move its data to colder tiers.</summary>
public sealed record CoolOrder
{
    /// <summary>Older deltas are sealed.</summary>
    public required HybridTimestamp WarmBefore { get; init; }

    /// <summary>Segments whose newest delta is older are cold; not after <see cref="WarmBefore"/>.</summary>
    public required HybridTimestamp ColdBefore { get; init; }

    /// <summary>Segments whose newest delta is older are deep; not after <see cref="ColdBefore"/>.</summary>
    public required HybridTimestamp DeepBefore { get; init; }

    /// <summary>What reading counts.</summary>
    public LifecycleHeat Heat { get; init; } = new();

    /// <summary>True to say what would be done, and what it would save, and do nothing.</summary>
    public bool IsDryRun { get; init; }
}
