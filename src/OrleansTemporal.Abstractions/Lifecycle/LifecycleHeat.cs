namespace OrleansTemporal.Lifecycle;

/// <summary>How reads keep segments warm: each is worth 1 and half of that after every half-life.</summary>
public sealed record LifecycleHeat
{
    /// <summary>The half-life of a read.</summary>
    public TimeSpan HalfLife { get; init; } = TimeSpan.FromHours(6);

    /// <summary>A cold or deep segment with more heat comes back to the warm class of storage.</summary>
    public double PromoteAbove { get; init; } = 1_000;

    /// <summary>A segment with this much heat or more goes no further down, however old it is.</summary>
    public double DemoteBelow { get; init; } = 100;
}
