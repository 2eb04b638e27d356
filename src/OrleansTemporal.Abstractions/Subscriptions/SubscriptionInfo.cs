using OrleansTemporal.Causality;

namespace OrleansTemporal.Subscriptions;

/// <summary>A subscription as its users see it.</summary>
public sealed record SubscriptionInfo
{
    /// <summary>Its id: 16 hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>What it is; without the secret of its webhook.</summary>
    public required SubscriptionDefinition Definition { get; init; }

    /// <summary>Where it stands.</summary>
    public required SubscriptionState State { get; init; }

    /// <summary>Deltas of its source that it has not done with; of one over several channels, announcements of these.</summary>
    public required long Lag { get; init; }

    /// <summary>When it was made.</summary>
    public required HybridTimestamp CreatedAt { get; init; }
}
