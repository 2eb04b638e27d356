using System.Collections.Immutable;

namespace OrleansTemporal.Timelines;

/// <summary>Asks a timeline to let go of steps that its policy keeps at a coarser resolution.</summary>
public sealed record TimelineThinOrder
{
    /// <summary>What is kept, the coarsest first; the first that holds for a step counts. None lets nothing go.</summary>
    public ImmutableArray<ThinningLevel> Levels { get; init; } = [];

    /// <summary>True to say what would go, and let nothing go.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>Who asks.</summary>
    public string Actor { get; init; } = "";
}
