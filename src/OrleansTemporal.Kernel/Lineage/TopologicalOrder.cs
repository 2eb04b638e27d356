using System.Collections.Immutable;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Lineage;

/// <summary>
/// Puts causes before their effects: Kahn's algorithm ("Topological sorting of large networks", 1962), where of all nodes that
/// could come next the lowest in the graph's order does. So the same graph has one order, whatever order it was found in.
/// </summary>
public static class TopologicalOrder
{
    /// <summary>The nodes of a walk to causes, each behind all of its causes. O((nodes + edges) · log nodes).</summary>
    /// <exception cref="TemporalException">Corrupt: the nodes follow from each other in a circle.</exception>
    public static ImmutableArray<TNode> Of<TNode>(LineageReach<TNode> reach, ILineageGraph<TNode> graph)
        where TNode : IEquatable<TNode>
    {
        ArgumentNullException.ThrowIfNull(reach);
        ArgumentNullException.ThrowIfNull(graph);
        var steps = reach.Steps;
        var missing = new int[steps.Length];
        var (first, next, effect) = EffectsOf(steps);
        var ready = new PriorityQueue<int, TNode>(Comparer<TNode>.Create(graph.Compare));
        for (var i = 0; i < steps.Length; i++)
        {
            missing[i] = steps[i].Neighbours.Length;
            if (missing[i] == 0)
            {
                ready.Enqueue(i, steps[i].Node);
            }
        }

        var order = ImmutableArray.CreateBuilder<TNode>(steps.Length);
        while (ready.TryDequeue(out var place, out var node))
        {
            order.Add(node);
            for (var edge = first[place]; edge >= 0; edge = next[edge])
            {
                if (--missing[effect[edge]] == 0)
                {
                    ready.Enqueue(effect[edge], steps[effect[edge]].Node);
                }
            }
        }

        return order.Count == steps.Length
            ? order.MoveToImmutable()
            : throw new TemporalException(ErrorKind.Corrupt, ErrorCodes.Corrupt, $"{steps.Length - order.Count} nodes follow from each other in a circle.");
    }

    // The edges turned round, as linked lists in three arrays.
    private static (int[] First, int[] Next, int[] Effect) EffectsOf<TNode>(ImmutableArray<LineageStep<TNode>> steps)
    {
        var edges = steps.Sum(static step => step.Neighbours.Length);
        var (first, next, effect) = (new int[steps.Length], new int[edges], new int[edges]);
        Array.Fill(first, -1);
        var edge = 0;
        for (var i = 0; i < steps.Length; i++)
        {
            foreach (var cause in steps[i].Neighbours)
            {
                (effect[edge], next[edge], first[cause]) = (i, first[cause], edge);
                edge++;
            }
        }

        return (first, next, effect);
    }
}
