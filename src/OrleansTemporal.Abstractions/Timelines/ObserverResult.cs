using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>The answer of an observer.</summary>
public sealed record ObserverResult
{
    /// <summary>What became of the state, or of what waited.</summary>
    public required ObserverOutcome Outcome { get; init; }

    /// <summary>The receipt of the delta that was written last; null when none was.</summary>
    public Receipt? Receipt { get; init; }

    /// <summary>The step; null when there is none.</summary>
    public TimelineDelta? Delta { get; init; }

    /// <summary>States that wait, the newest of which counts.</summary>
    public int PendingCount { get; init; }

    /// <summary>Whether the observer accepts states.</summary>
    public ObserverStatus Status { get; init; } = ObserverStatus.Active;
}
