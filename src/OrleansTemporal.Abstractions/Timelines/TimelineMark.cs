using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>A label on a step.</summary>
public sealed record TimelineMark
{
    /// <summary>The step.</summary>
    public required long Sequence { get; init; }

    /// <summary><c>good</c>, <c>bad</c> or another label; a step is good or bad, not both, and the newer of these counts.</summary>
    public required string Label { get; init; }

    /// <summary>Anything.</summary>
    public string Note { get; init; } = "";

    /// <summary>When it was made; zero in a request.</summary>
    public HybridTimestamp SystemTime { get; init; }
}
