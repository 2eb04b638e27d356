namespace OrleansTemporal.Lifecycle;

/// <summary>How much counts for a value when its fitness is scored. Fitness is told, by distillation, and lets nothing go.</summary>
public sealed record LifecycleFitness
{
    /// <summary>For each document that refers to it.</summary>
    public double Reference { get; init; } = 1;

    /// <summary>For each delta that follows from the write.</summary>
    public double Descendant { get; init; } = 1;

    /// <summary>For each read, decayed as heat is, of the value's share of its segment.</summary>
    public double Heat { get; init; } = 1;

    /// <summary>For each day of age beyond <see cref="Grace"/>, taken off.</summary>
    public double Day { get; init; } = 1;

    /// <summary>The age up to which nothing is taken off.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromDays(7);

    /// <summary>A value with this score or more is fit.</summary>
    public double FitFrom { get; init; } = 2;
}
