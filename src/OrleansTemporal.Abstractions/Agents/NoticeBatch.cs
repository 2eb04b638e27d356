using System.Collections.Immutable;

namespace OrleansTemporal.Agents;

/// <summary>What a listener has missed since it last asked.</summary>
public sealed record NoticeBatch
{
    /// <summary>One for each agent, with the newest sequence.</summary>
    public required ImmutableArray<AgentNotice> Notices { get; init; }

    /// <summary>True when more agents had news than are remembered: any agent may be further than it was.</summary>
    public bool HasLost { get; init; }
}
