using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Subscriptions;

/// <summary>What a subscription is; fixed when it is made.</summary>
public sealed record SubscriptionDefinition
{
    /// <summary>What its owner calls it; empty for nothing, at most <see cref="Limits.NameLengthMax"/> characters.</summary>
    public string Name { get; init; } = "";

    /// <summary>The channels that it reads: 1 to <see cref="Limits.SubscriptionChannelsMax"/>, sorted, each once.</summary>
    public required ImmutableArray<string> Channels { get; init; }

    /// <summary>The channel that has all of these in one order: the only one, or one of the system's over them.</summary>
    public required string Source { get; init; }

    /// <summary>The strictest guarantee of its channels when it was made.</summary>
    public required DeliveryGuarantee Guarantee { get; init; }

    /// <summary>Which deltas it hands out; the others are passed over.</summary>
    public SubscriptionFilter Filter { get; init; } = new();

    /// <summary>Where it begins.</summary>
    public ChannelCursor Start { get; init; }

    /// <summary>Deltas that the service had learned of by then are passed over; zero for none. What "from now" means.</summary>
    public HybridTimestamp Since { get; init; }

    /// <summary>How long a delta may wait for its acknowledgement before it is handed out again: 1 ms to <see cref="Limits.SubscriptionLeaseMax"/>.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a delta is handed out before it is put aside as a dead letter: 1 to <see cref="Limits.SubscriptionTriesMax"/>.</summary>
    public int MaxTries { get; init; } = 5;

    /// <summary>Where its deltas are pushed to; null when they are fetched.</summary>
    public WebhookTarget? Webhook { get; init; }
}
