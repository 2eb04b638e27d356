using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace OrleansTemporal.Lineage;

/// <summary>Finds nodes that are used together though neither follows from the other.</summary>
public static class SimilarPairs
{
    /// <summary>
    /// Neighbours of one node that are compared with each other. A hub that half the graph hangs on says nothing about
    /// who belongs together, and comparing all of its neighbours would cost their square.
    /// </summary>
    public const int HubNeighboursMax = 256;

    /// <summary>
    /// Pairs of a walk in both directions that share a neighbour and have no edge, most similar first, then in the graph's
    /// order. Cost: for every node the square of its neighbours, up to <see cref="HubNeighboursMax"/>.
    /// </summary>
    /// <param name="similarityMin">Least Jaccard similarity of the neighbours, 0 to 1.</param>
    /// <param name="candidatesMax">Pairs in memory at most.</param>
    /// <param name="countMax">Pairs answered at most.</param>
    /// <returns>The pairs, and whether all candidates were looked at.</returns>
    public static (ImmutableArray<SimilarPair<TNode>> Pairs, bool IsComplete) Find<TNode>(
        LineageReach<TNode> reach, ILineageGraph<TNode> graph, double similarityMin, int candidatesMax, int countMax)
        where TNode : IEquatable<TNode>
    {
        ArgumentNullException.ThrowIfNull(reach);
        var steps = reach.Steps;
        var shared = new Dictionary<(int Low, int High), int>();
        var isComplete = reach.IsComplete;
        foreach (var step in steps)
        {
            isComplete &= step.Neighbours.Length <= HubNeighboursMax;
            var neighbours = step.Neighbours.AsSpan()[..Math.Min(step.Neighbours.Length, HubNeighboursMax)];
            for (var i = 0; i < neighbours.Length; i++)
            {
                for (var j = i + 1; j < neighbours.Length; j++)
                {
                    var pair = (Math.Min(neighbours[i], neighbours[j]), Math.Max(neighbours[i], neighbours[j]));
                    ref var count = ref CollectionsMarshal.GetValueRefOrNullRef(shared, pair);
                    if (!System.Runtime.CompilerServices.Unsafe.IsNullRef(ref count))
                    {
                        count++;
                    }
                    else if (shared.Count < candidatesMax)
                    {
                        shared.Add(pair, 1);
                    }
                    else
                    {
                        isComplete = false;
                    }
                }
            }
        }

        var found = shared
            .Where(pair => !steps[pair.Key.Low].Neighbours.Contains(pair.Key.High) && !steps[pair.Key.High].Neighbours.Contains(pair.Key.Low))
            .Select(pair => Make(steps, graph, pair.Key.Low, pair.Key.High, pair.Value))
            .Where(pair => pair.Similarity >= similarityMin)
            .Order(Comparer<SimilarPair<TNode>>.Create((left, right) => Compare(graph, left, right)))
            .Take(countMax);
        return ([.. found], isComplete);
    }

    private static SimilarPair<TNode> Make<TNode>(ImmutableArray<LineageStep<TNode>> steps, ILineageGraph<TNode> graph, int low, int high, int shared)
        where TNode : IEquatable<TNode>
    {
        var similarity = (double)shared / (steps[low].Neighbours.Length + steps[high].Neighbours.Length - shared);
        return graph.Compare(steps[low].Node, steps[high].Node) <= 0
            ? new(steps[low].Node, steps[high].Node, similarity)
            : new(steps[high].Node, steps[low].Node, similarity);
    }

    private static int Compare<TNode>(ILineageGraph<TNode> graph, SimilarPair<TNode> left, SimilarPair<TNode> right)
        where TNode : IEquatable<TNode>
    {
        var order = right.Similarity.CompareTo(left.Similarity);
        order = order != 0 ? order : graph.Compare(left.First, right.First);
        return order != 0 ? order : graph.Compare(left.Second, right.Second);
    }
}
