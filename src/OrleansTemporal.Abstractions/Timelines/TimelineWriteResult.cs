using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>The answer to a change.</summary>
public sealed record TimelineWriteResult
{
    /// <summary>What became of it.</summary>
    public required TimelineOutcome Outcome { get; init; }

    /// <summary>The delta's receipt, or that of the newest one when nothing was written; null when nothing was ever written.</summary>
    public required Receipt? Receipt { get; init; }

    /// <summary>The step; null when there is none.</summary>
    public TimelineDelta? Delta { get; init; }

    /// <summary>Steps that a rollback undid.</summary>
    public int UndoneCount { get; init; }
}
