using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Subscriptions;

/// <summary>A piece of the channel that is about to be handed out.</summary>
public sealed record SubscriptionDelivery
{
    /// <summary>Where it begins: the place that <see cref="ISubscriptionAgent.NextAsync"/> has named.</summary>
    public required ChannelCursor From { get; init; }

    /// <summary>Where it ends; what stands between and is not in <see cref="Cursors"/> is passed over.</summary>
    public required ChannelCursor To { get; init; }

    /// <summary>The place behind each delta that is handed out, in order, at most <see cref="Limits.DeltaPageMax"/>.</summary>
    public required ImmutableArray<ChannelCursor> Cursors { get; init; }

    /// <summary>How many deltas were looked at.</summary>
    public required long Examined { get; init; }

    /// <summary>System time of the oldest delta that is handed out; zero for none.</summary>
    public HybridTimestamp Oldest { get; init; }
}
