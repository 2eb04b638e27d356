namespace OrleansTemporal.Subscriptions;

/// <summary>How a subscription is doing.</summary>
public enum SubscriptionStatus : byte
{
    /// <summary>Somebody takes its deltas, or did within <see cref="Limits.SubscriptionSilenceMax"/>.</summary>
    Active = 1,

    /// <summary>It was paused: nothing is handed out, nothing is lost.</summary>
    Paused = 2,

    /// <summary><see cref="Limits.SubscriptionPendingMax"/> deltas wait for their acknowledgement; no more are handed out until some are.</summary>
    Backpressured = 3,

    /// <summary>Nobody has asked for its deltas for <see cref="Limits.SubscriptionSilenceMax"/>, or its webhook does not answer.</summary>
    Disconnected = 4,
}
