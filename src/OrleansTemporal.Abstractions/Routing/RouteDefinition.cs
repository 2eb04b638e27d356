using System.Collections.Immutable;

namespace OrleansTemporal.Routing;

/// <summary>Which deltas go into which channels, and how urgent they are.</summary>
public sealed record RouteDefinition
{
    /// <summary>A glob over <c>kind/name</c> of the agents whose deltas are meant.</summary>
    public required string SourcePattern { get; init; }

    /// <summary>1 to <see cref="Limits.RouteChannelsMax"/> channels of the workspace.</summary>
    public required ImmutableArray<string> Channels { get; init; }

    /// <summary>How urgent they are.</summary>
    public RoutingPriority Priority { get; init; } = RoutingPriority.Normal;

    /// <summary>How long after its system time a delta is still worth delivering; null for ever. Later only a marker is delivered.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>The least magnitude of a delta; null for any.</summary>
    public double? MinMagnitude { get; init; }

    /// <summary>Pairs that its metadata has, all of them.</summary>
    public ImmutableArray<KeyValuePair<string, string>> MetadataEquals { get; init; } = [];

    /// <summary>Keys that its metadata has, whatever their values.</summary>
    public ImmutableArray<string> MetadataExists { get; init; } = [];

    /// <summary>Hours that its system time is in, in all of them.</summary>
    public ImmutableArray<TimeOfDay> TimesOfDay { get; init; } = [];
}
