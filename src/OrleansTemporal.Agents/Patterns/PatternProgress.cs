using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Patterns;

/// <summary>How far a pattern has looked, stored after the matches up to there are.</summary>
internal sealed record PatternProgress
{
    /// <summary>The definition that it is of.</summary>
    public required string Version { get; init; }

    /// <summary>The newest delta of each agent that was looked at.</summary>
    public required ImmutableDictionary<AgentId, long> Through { get; init; }

    /// <summary>Moments before this one are judged; null before the first points.</summary>
    public long? Decided { get; init; }

    /// <summary>The latest event time that was seen.</summary>
    public long? Frontier { get; init; }

    /// <summary>Matches that were written.</summary>
    public long MatchCount { get; init; }
}
