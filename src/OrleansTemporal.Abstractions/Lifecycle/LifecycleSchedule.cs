namespace OrleansTemporal.Lifecycle;

/// <summary>How often each process runs.</summary>
public sealed record LifecycleSchedule
{
    /// <summary>Sealing and moving down.</summary>
    public TimeSpan Consolidation { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Looking through what is kept, and letting go of what policy allows.</summary>
    public TimeSpan Distillation { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Writing the digest of the workspace down.</summary>
    public TimeSpan Genome { get; init; } = TimeSpan.FromHours(24);
}
