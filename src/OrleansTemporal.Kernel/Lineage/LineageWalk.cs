using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace OrleansTemporal.Lineage;

/// <summary>Walks a graph in breadth, level by level, without recursion: a chain of a million nodes needs no stack.</summary>
public static class LineageWalk
{
    /// <summary>Nodes that are asked for in one call of the graph.</summary>
    public const int BatchMax = 512;

    /// <summary>
    /// Everything that can be reached from some nodes within bounds. Cost: every node is read once; memory for the nodes
    /// reached and the edges between them.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="starts">Where to begin; repeated ones count once.</param>
    /// <param name="direction">Which edges to follow.</param>
    /// <param name="bounds">How far.</param>
    /// <param name="withLastEdges">Whether the deepest nodes are read too, for the edges that lead from them back into what was reached.</param>
    /// <param name="cancellationToken">Stops the walk.</param>
    /// <exception cref="Errors.TemporalException">NotFound: a node that is not there.</exception>
    public static async ValueTask<LineageReach<TNode>> RunAsync<TNode>(
        ILineageGraph<TNode> graph,
        IEnumerable<TNode> starts,
        LineageDirection direction,
        LineageBounds bounds,
        bool withLastEdges,
        CancellationToken cancellationToken)
        where TNode : IEquatable<TNode>
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(starts);
        var reached = new Reached<TNode>(bounds);
        foreach (var start in starts)
        {
            reached.TryPlace(start, 0, out _);
        }

        var (level, distance) = (0, 0);
        while (level < reached.Count)
        {
            var end = reached.Count;
            var grows = distance < bounds.DepthMax;
            if (!grows && !withLastEdges)
            {
                break;
            }

            for (var at = level; at < end; at += BatchMax)
            {
                var batch = reached.Batch(at, Math.Min(BatchMax, end - at));
                var lists = await graph.ReadAsync(batch, direction, bounds.NeighboursMax, cancellationToken).ConfigureAwait(false);
                for (var i = 0; i < batch.Length; i++)
                {
                    reached.Follow(at + i, lists[i], grows, distance + 1);
                }
            }

            level = end;
            distance++;
        }

        return reached.ToReach();
    }

    private sealed class Reached<TNode>(LineageBounds bounds)
        where TNode : IEquatable<TNode>
    {
        private readonly Dictionary<TNode, int> places = [];
        private readonly List<LineageStep<TNode>> steps = [];
        private readonly List<int> neighbours = [];
        private bool isCut;

        public int Count => steps.Count;

        public ImmutableArray<TNode> Batch(int at, int count)
        {
            var batch = new TNode[count];
            for (var i = 0; i < count; i++)
            {
                batch[i] = steps[at + i].Node;
            }

            return ImmutableCollectionsMarshal.AsImmutableArray(batch);
        }

        public bool TryPlace(TNode node, int distance, out int place)
        {
            ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(places, node, out var exists);
            if (exists)
            {
                place = slot;
                return true;
            }

            if (steps.Count >= bounds.NodesMax)
            {
                places.Remove(node);
                isCut = true;
                place = -1;
                return false;
            }

            place = slot = steps.Count;
            steps.Add(new(node, distance, []));
            return true;
        }

        public void Follow(int from, ImmutableArray<TNode> list, bool grows, int distance)
        {
            neighbours.Clear();
            isCut |= list.Length > bounds.NeighboursMax;
            foreach (var node in list.AsSpan()[..Math.Min(list.Length, bounds.NeighboursMax)])
            {
                if (grows ? TryPlace(node, distance, out var place) : places.TryGetValue(node, out place))
                {
                    neighbours.Add(place);
                }
            }

            if (neighbours.Count > 0)
            {
                steps[from] = steps[from] with { Neighbours = [.. neighbours] };
            }
        }

        public LineageReach<TNode> ToReach() => new([.. steps], places, !isCut);
    }
}
