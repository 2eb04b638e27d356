using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Channels;

/// <summary>How far sources of a channel have come.</summary>
public sealed record ChannelAnnouncement
{
    /// <summary>1 to <see cref="Limits.ChannelRangesMax"/>, each with a sequence that is durable; the most urgent first.</summary>
    public required ImmutableArray<AgentNotice> Notices { get; init; }

    /// <summary>Those of the agents of which the channel carries only what routes lead there.</summary>
    public ImmutableArray<AgentId> Routed { get; init; } = [];
}
