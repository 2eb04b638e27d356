using System.Collections.Immutable;

namespace OrleansTemporal.Routing;

/// <summary>Where a delta goes: what all routes that it meets say together.</summary>
public sealed record RoutingDecision
{
    /// <summary>Nowhere.</summary>
    public static RoutingDecision None { get; } = new();

    /// <summary>The channels, sorted, each once.</summary>
    public ImmutableArray<string> Channels { get; init; } = [];

    /// <summary>The highest of the routes.</summary>
    public RoutingPriority Priority { get; init; }

    /// <summary>The longest of the routes; null for ever.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>Whether any route was met.</summary>
    public bool IsRouted => !Channels.IsEmpty;
}
