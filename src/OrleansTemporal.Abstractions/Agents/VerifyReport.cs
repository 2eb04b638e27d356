using OrleansTemporal.Causality;

namespace OrleansTemporal.Agents;

/// <summary>What a walk over a whole chain found.</summary>
public sealed record VerifyReport
{
    /// <summary>Whose chain was walked.</summary>
    public required AgentId Agent { get; init; }

    /// <summary>How many deltas were read.</summary>
    public required long DeltaCount { get; init; }

    /// <summary>How many segments were read.</summary>
    public required int SegmentCount { get; init; }

    /// <summary>The root at the end of the walk.</summary>
    public required Distinction Root { get; init; }

    /// <summary>Null when everything verified; else the first fault, with its place.</summary>
    public string? Fault { get; init; }
}
