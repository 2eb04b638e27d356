namespace OrleansTemporal.Routing;

/// <summary>Whose deltas a channel announces first when several agents have news; those of one agent keep their order. The numbers are stored.</summary>
public enum RoutingPriority
{
    /// <summary>After everything else; a delivery is tried once.</summary>
    Low = 0,

    /// <summary>When nothing is said.</summary>
    Normal = 1,

    /// <summary>Before what is normal.</summary>
    High = 2,

    /// <summary>Before everything; a delivery is tried until it succeeds.</summary>
    Critical = 3,
}
