using System.Collections.Immutable;

namespace OrleansTemporal.Events;

/// <summary>The next events of a workspace behind a cursor.</summary>
public sealed record DomainEventPage
{
    /// <summary>In the order of system time.</summary>
    public required ImmutableArray<DomainEvent> Events { get; init; }

    /// <summary>The cursor of who has taken them in.</summary>
    public required DomainEventCursor Next { get; init; }

    /// <summary>True when there may be more to read at once.</summary>
    public required bool HasMore { get; init; }
}
