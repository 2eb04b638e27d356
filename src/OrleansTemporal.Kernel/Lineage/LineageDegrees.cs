using System.Collections.Immutable;

namespace OrleansTemporal.Lineage;

/// <summary>Which nodes of a walk have most edges.</summary>
public static class LineageDegrees
{
    /// <summary>
    /// Nodes of a walk in both directions with the number of their neighbours within it, most first, then in the graph's
    /// order. O(nodes · log nodes).
    /// </summary>
    /// <param name="countMax">How many nodes at most.</param>
    public static ImmutableArray<(TNode Node, int Degree)> Highest<TNode>(LineageReach<TNode> reach, ILineageGraph<TNode> graph, int countMax)
        where TNode : IEquatable<TNode>
    {
        ArgumentNullException.ThrowIfNull(reach);
        return
        [
            .. reach.Steps
                .Select(static step => (step.Node, step.Neighbours.Length))
                .Order(Comparer<(TNode Node, int Degree)>.Create((left, right) =>
                    left.Degree != right.Degree ? right.Degree.CompareTo(left.Degree) : graph.Compare(left.Node, right.Node)))
                .Take(countMax),
        ];
    }
}
