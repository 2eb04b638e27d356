using OrleansTemporal.Causality;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Subscriptions;

/// <summary>Moves a subscription, recognisably when it is sent again.</summary>
public sealed record SubscriptionChange
{
    /// <summary>What is done.</summary>
    public required SubscriptionMove Move { get; init; }

    /// <summary>The place of an acknowledgement or of what is given back.</summary>
    public ChannelCursor Cursor { get; init; }

    /// <summary>Set to make the change recognisable when it is sent again; then it is written even where it changes nothing.</summary>
    public OperationStamp? Operation { get; init; }

    /// <summary>Who does it.</summary>
    public string Actor { get; init; } = "";

    /// <summary>With an acknowledgement: the hash of the state that the subscriber has come to by it; null when it says none.</summary>
    public Distinction? StateHash { get; init; }
}
