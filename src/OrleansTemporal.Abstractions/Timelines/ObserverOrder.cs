using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>Tells an observer what to do.</summary>
public sealed record ObserverOrder
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What it is to do.</summary>
    public required ObserverAction Action { get; init; }

    /// <summary>Why, of a pause; at most <see cref="Limits.KeyBytesMax"/> bytes.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Set to make the request recognisable when it is sent again.</summary>
    public OperationStamp? Operation { get; init; }

    /// <summary>Who tells it.</summary>
    public string Actor { get; init; } = "";

    /// <summary>Whether the answer waits until what it has recorded is durable.</summary>
    public Durability Durability { get; init; }
}
