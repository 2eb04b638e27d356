using System.Collections.Immutable;

namespace OrleansTemporal.Subscriptions;

/// <summary>A page of dead letters, in the order of their channel.</summary>
public sealed record DeadLetterPage
{
    /// <summary>Those whose delta was read.</summary>
    public required ImmutableArray<DeadDelta> Letters { get; init; }

    /// <summary>Those whose source could not be read; they stay dead letters, and may be readable later.</summary>
    public ImmutableArray<UnreadLetter> Unread { get; init; } = [];

    /// <summary>How many letters there are in it.</summary>
    public int Count => Letters.Length + Unread.Length;
}
