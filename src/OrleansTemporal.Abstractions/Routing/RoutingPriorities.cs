using System.Diagnostics.CodeAnalysis;

namespace OrleansTemporal.Routing;

/// <summary>Names of <see cref="RoutingPriority"/> on the wire.</summary>
public static class RoutingPriorities
{
    private static readonly string[] All = ["low", "normal", "high", "critical"];

    /// <summary>All names, for messages.</summary>
    public static string Names { get; } = string.Join(", ", All);

    /// <summary>The name of a priority.</summary>
    public static string NameOf(RoutingPriority priority) => All[(int)priority];

    /// <summary>The priority of a name; names are compared exactly.</summary>
    public static bool TryParse([NotNullWhen(true)] string? name, out RoutingPriority priority)
    {
        var place = Array.IndexOf(All, name);
        priority = (RoutingPriority)Math.Max(place, 0);
        return place >= 0;
    }
}
