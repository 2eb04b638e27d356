namespace OrleansTemporal.Lineage;

/// <summary>How far a walk goes at most. Every walk has all three bounds.</summary>
/// <param name="DepthMax">Edges from the nearest start. What lies deeper was not asked for, so stopping here leaves a walk complete.</param>
/// <param name="NodesMax">Nodes in memory, starts included. Stopping here makes a walk incomplete.</param>
/// <param name="NeighboursMax">Neighbours of one node in one direction. Stopping here makes a walk incomplete.</param>
public readonly record struct LineageBounds(int DepthMax, int NodesMax, int NeighboursMax)
{
    /// <summary>What the service allows.</summary>
    public static LineageBounds Default { get; } = new(int.MaxValue, Limits.LineageNodesMax, Limits.LineageNeighboursMax);
}
