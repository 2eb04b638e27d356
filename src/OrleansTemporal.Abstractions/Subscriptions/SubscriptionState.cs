using OrleansTemporal.Causality;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Subscriptions;

/// <summary>Where a subscription stands.</summary>
public sealed record SubscriptionState
{
    /// <summary>Everything up to here is done: acknowledged, passed over or dead.</summary>
    public required ChannelCursor Acknowledged { get; init; }

    /// <summary>Everything up to here was handed out and is not back.</summary>
    public required ChannelCursor Position { get; init; }

    /// <summary>How it is doing.</summary>
    public required SubscriptionStatus Status { get; init; }

    /// <summary>Deltas that are handed out and not acknowledged.</summary>
    public required long Pending { get; init; }

    /// <summary>Deltas that were handed out, redelivered ones included.</summary>
    public required long Received { get; init; }

    /// <summary>Deltas that were acknowledged.</summary>
    public required long AcknowledgedCount { get; init; }

    /// <summary>Deltas that were handed out once more.</summary>
    public required long Redelivered { get; init; }

    /// <summary>Dead letters so far, those that are not kept any more included.</summary>
    public required long DeadCount { get; init; }

    /// <summary>How often nothing was handed out because too much waited for its acknowledgement, since the agent was opened.</summary>
    public required long BackpressureEvents { get; init; }

    /// <summary>Mean time from a delivery to its acknowledgement, in milliseconds; 0 before the first.</summary>
    public required double MeanMillisecondsToAcknowledge { get; init; }

    /// <summary>System time of its newest delta.</summary>
    public required HybridTimestamp SystemTime { get; init; }

    /// <summary>The hash of the state that the subscriber had come to by its newest acknowledgement that said one; null before.</summary>
    public Distinction? StateHash { get; init; }
}
