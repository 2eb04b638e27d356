using OrleansTemporal.Causality;

namespace OrleansTemporal.Lifecycle;

/// <summary>Asks an agent to look through what it keeps, and to let go of what its policy lets go.</summary>
public sealed record DistillOrder
{
    /// <summary>What was replaced at or before this moment may go; zero when nothing may.</summary>
    public HybridTimestamp ReplacedBefore { get; init; }

    /// <summary>Live values that the report is to have at most, chosen at random, for their fitness to be scored.</summary>
    public int SampleCountMax { get; init; }

    /// <summary>True to say what would go, and let nothing go.</summary>
    public bool IsDryRun { get; init; }
}
