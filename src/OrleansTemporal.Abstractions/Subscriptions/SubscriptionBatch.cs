using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Subscriptions;

/// <summary>Deltas that were handed out.</summary>
public sealed record SubscriptionBatch
{
    /// <summary>In the order of the channel.</summary>
    public required ImmutableArray<AgentDelta> Deltas { get; init; }

    /// <summary>The place behind each of them.</summary>
    public required ImmutableArray<ChannelCursor> Cursors { get; init; }

    /// <summary>What each of them says, for who has asked for it; empty otherwise.</summary>
    public ImmutableArray<DeltaExplanation> Explanations { get; init; } = [];

    /// <summary>The place behind all of them: acknowledging it acknowledges the batch.</summary>
    public required ChannelCursor Next { get; init; }

    /// <summary>Why it is empty, or <see cref="SubscriptionStatus.Active"/>.</summary>
    public required SubscriptionStatus Status { get; init; }

    /// <summary>How often the first of them was handed out before.</summary>
    public int Tries { get; init; }

    /// <summary>True when there is more to hand out at once.</summary>
    public required bool HasMore { get; init; }
}
