using System.Collections.Immutable;
using OrleansTemporal.Agents;

namespace OrleansTemporal.Channels;

/// <summary>How far sources of a channel have come.</summary>
public sealed record ChannelAnnouncement
{
    /// <summary>1 to <see cref="Limits.ChannelRangesMax"/>, each with a sequence that is durable.</summary>
    public required ImmutableArray<AgentNotice> Notices { get; init; }
}
