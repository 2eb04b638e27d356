using OrleansTemporal.Causality;

namespace OrleansTemporal.Routing;

/// <summary>A route as the catalog knows it.</summary>
public sealed record RouteInfo
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What it says.</summary>
    public required RouteDefinition Definition { get; init; }

    /// <summary>Sequence of the catalog delta that said so.</summary>
    public required long Sequence { get; init; }

    /// <summary>System time of that delta: from then on it is in force.</summary>
    public required HybridTimestamp SystemTime { get; init; }
}
