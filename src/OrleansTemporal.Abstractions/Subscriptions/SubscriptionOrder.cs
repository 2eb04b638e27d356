using System.Collections.Immutable;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Subscriptions;

/// <summary>A request for a subscription.</summary>
public sealed record SubscriptionOrder
{
    /// <summary>What its owner calls it; empty for nothing.</summary>
    public string Name { get; init; } = "";

    /// <summary>Channels of the workspace: 1 to <see cref="Limits.SubscriptionChannelsMax"/>.</summary>
    public required ImmutableArray<string> Channels { get; init; }

    /// <summary>Which of their deltas.</summary>
    public SubscriptionFilter Filter { get; init; } = new();

    /// <summary>Where it begins: <c>now</c>, <c>beginning</c>, or a cursor of another subscription over the same channels.</summary>
    public string From { get; init; } = "now";

    /// <summary>How long a delta may wait for its acknowledgement.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a delta is handed out before it is put aside.</summary>
    public int MaxTries { get; init; } = 5;

    /// <summary>Where its deltas are pushed to; null when they are fetched.</summary>
    public WebhookTarget? Webhook { get; init; }
}
