using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>An observer as it stands.</summary>
public sealed record ObserverInfo
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What it records.</summary>
    public required ObserverPolicy Policy { get; init; }

    /// <summary>Whether it accepts states.</summary>
    public required ObserverStatus Status { get; init; }

    /// <summary>Why it was paused; empty when nothing was said.</summary>
    public required string Reason { get; init; }

    /// <summary>Sequence of the delta that says all this.</summary>
    public required long ChangedSequence { get; init; }

    /// <summary>Sequence of its newest step; 0 before the first.</summary>
    public required long CapturedSequence { get; init; }

    /// <summary>System time of that.</summary>
    public required HybridTimestamp CapturedTime { get; init; }

    /// <summary>States that wait to be due; the newest of them counts.</summary>
    public required int PendingCount { get; init; }

    /// <summary>What it has done.</summary>
    public required ObserverMetrics Metrics { get; init; }

    /// <summary>Sequence of the delta that made it.</summary>
    public long MadeSequence { get; init; }
}
