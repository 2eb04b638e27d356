using System.Collections.Immutable;

namespace OrleansTemporal.Lifecycle;

/// <summary>
/// When the data of a workspace moves to which tier, and how often that is looked at. Moving changes what bytes cost, never
/// an answer; the default lets nothing go and uses no offline tier.
/// </summary>
public sealed record LifecyclePolicy
{
    /// <summary>What holds until somebody says otherwise.</summary>
    public static LifecyclePolicy Default { get; } = new();

    /// <summary>Ages at which data moves on.</summary>
    public LifecycleTiers Tiers { get; init; } = new();

    /// <summary>What reading counts.</summary>
    public LifecycleHeat Heat { get; init; } = new();

    /// <summary>How long what has been replaced is kept, the first rule that is for a namespace; empty for ever.</summary>
    public ImmutableArray<RetentionRule> Retention { get; init; } = [];

    /// <summary>What counts for a value when its fitness is scored.</summary>
    public LifecycleFitness Fitness { get; init; } = new();

    /// <summary>How often each process runs.</summary>
    public LifecycleSchedule Schedule { get; init; } = new();

    /// <summary>Bytes a second that consolidation moves at most; null for as many as it can.</summary>
    public long? BytesPerSecondMax { get; init; }

    /// <summary>Whether both say the same.</summary>
    public bool Equals(LifecyclePolicy? other) => other is not null
        && (Tiers, Heat, Fitness, Schedule, BytesPerSecondMax) == (other.Tiers, other.Heat, other.Fitness, other.Schedule, other.BytesPerSecondMax)
        && Retention.AsSpan().SequenceEqual(other.Retention.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Tiers, Heat, Fitness, Schedule, BytesPerSecondMax, Retention.Length);
}
