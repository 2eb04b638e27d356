namespace OrleansTemporal.Subscriptions;

/// <summary>What a subscriber does to its subscription.</summary>
public enum SubscriptionMove : byte
{
    /// <summary>Acknowledges everything up to a place.</summary>
    Acknowledge = 1,

    /// <summary>Gives back everything that is leased.</summary>
    Return = 2,

    /// <summary>Has nothing more handed out.</summary>
    Pause = 3,

    /// <summary>Goes on.</summary>
    Resume = 4,
}
