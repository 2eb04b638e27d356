using System.Collections.Immutable;

namespace OrleansTemporal.Lineage;

/// <summary>A shortest path between two nodes.</summary>
/// <typeparam name="TNode">Names a node.</typeparam>
/// <param name="Nodes">From the first to the last, both included; empty when there is none within the bounds.</param>
/// <param name="IsComplete">False when a bound other than the depth cut the search short, so that an empty path proves nothing.</param>
public sealed record LineagePath<TNode>(ImmutableArray<TNode> Nodes, bool IsComplete)
    where TNode : IEquatable<TNode>
{
    /// <summary>
    /// Finds a shortest path by a search in breadth. Among several shortest ones it is that of the first nodes in the
    /// graph's order, the same in every run. Cost: the nodes nearer than the goal are read once.
    /// </summary>
    /// <exception cref="Errors.TemporalException">NotFound: a node that is not there.</exception>
    public static async ValueTask<LineagePath<TNode>> FindAsync(
        ILineageGraph<TNode> graph, TNode from, TNode to, LineageDirection direction, LineageBounds bounds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(graph);
        if (from.Equals(to))
        {
            return new([from], true);
        }

        var before = new Dictionary<TNode, TNode> { [from] = from };
        var level = new List<TNode> { from };
        var isComplete = true;
        for (var depth = 0; depth < bounds.DepthMax && level.Count > 0; depth++)
        {
            var next = new List<TNode>();
            for (var at = 0; at < level.Count; at += LineageWalk.BatchMax)
            {
                ImmutableArray<TNode> batch = [.. level.Skip(at).Take(LineageWalk.BatchMax)];
                var lists = await graph.ReadAsync(batch, direction, bounds.NeighboursMax, cancellationToken).ConfigureAwait(false);
                for (var i = 0; i < batch.Length; i++)
                {
                    isComplete &= lists[i].Length <= bounds.NeighboursMax;
                    foreach (var node in lists[i].Take(bounds.NeighboursMax))
                    {
                        if (before.Count >= bounds.NodesMax && !before.ContainsKey(node))
                        {
                            isComplete = false;
                        }
                        else if (before.TryAdd(node, batch[i]))
                        {
                            next.Add(node);
                        }

                        if (node.Equals(to) && before.ContainsKey(node))
                        {
                            return new(Trace(before, from, to), true);
                        }
                    }
                }
            }

            level = next;
        }

        return new([], isComplete);
    }

    private static ImmutableArray<TNode> Trace(Dictionary<TNode, TNode> before, TNode from, TNode to)
    {
        var path = ImmutableArray.CreateBuilder<TNode>();
        for (var node = to; !node.Equals(from); node = before[node])
        {
            path.Add(node);
        }

        path.Add(from);
        path.Reverse();
        return path.ToImmutable();
    }
}
