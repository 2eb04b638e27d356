using OrleansTemporal.Channels;

namespace OrleansTemporal.Subscriptions;

/// <summary>What may be handed out next.</summary>
public sealed record SubscriptionTurn
{
    /// <summary>Behind this place.</summary>
    public required ChannelCursor From { get; init; }

    /// <summary>At most so many deltas; 0 when nothing may be handed out now.</summary>
    public required int CountMax { get; init; }

    /// <summary>Why nothing may be, or <see cref="SubscriptionStatus.Active"/>.</summary>
    public required SubscriptionStatus Status { get; init; }

    /// <summary>How long until the oldest lease ends and there is something to hand out again; null when nothing is leased.</summary>
    public TimeSpan? UntilExpiry { get; init; }

    /// <summary>How often the next delta was handed out before.</summary>
    public int Tries { get; init; }
}
