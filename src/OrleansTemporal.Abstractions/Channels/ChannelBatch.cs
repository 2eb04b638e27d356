using System.Collections.Immutable;
using OrleansTemporal.Agents;

namespace OrleansTemporal.Channels;

/// <summary>The next deltas of a channel behind a cursor.</summary>
public sealed record ChannelBatch
{
    /// <summary>In the channel's order; those of one agent in the order of their sequences, without a gap.</summary>
    public required ImmutableArray<AgentDelta> Deltas { get; init; }

    /// <summary>The cursor of who has taken them all in.</summary>
    public required ChannelCursor Next { get; init; }

    /// <summary>True when the channel has more behind them.</summary>
    public required bool HasMore { get; init; }

    /// <summary>The cursor of who has taken in all up to a delta, for each of <see cref="Deltas"/>.</summary>
    public ImmutableArray<ChannelCursor> Cursors { get; init; } = [];
}
