using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>The state at a place of a line.</summary>
public sealed record TimelineState
{
    /// <summary>All components.</summary>
    public required ReadOnlyMemory<float> Values { get; init; }

    /// <summary>The step that it is the state behind; 0 for the empty beginning.</summary>
    public required long Sequence { get; init; }

    /// <summary>The agent's root behind that step.</summary>
    public required Distinction Root { get; init; }

    /// <summary>The moment that the answer holds for.</summary>
    public required HybridTimestamp SystemTime { get; init; }

    /// <summary>The resolution that policy keeps there, when the state is not that of the moment but of the newest step before it that is kept; else null.</summary>
    public string? Resolution { get; init; }
}
