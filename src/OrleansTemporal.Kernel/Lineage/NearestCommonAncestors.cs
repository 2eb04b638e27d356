using System.Collections.Immutable;
using System.Runtime.InteropServices;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Lineage;

/// <summary>
/// The nearest common ancestors of some nodes: all common ancestors that are not ancestors of another common one. Histories
/// that were merged criss-cross have several. A node counts as its own ancestor.
/// </summary>
/// <typeparam name="TNode">Names a node.</typeparam>
/// <param name="Nodes">The nearest ones, newest first; empty when there is no common ancestor.</param>
/// <param name="IsComplete">False when a bound cut the search short; then nothing is answered.</param>
public sealed record NearestCommonAncestors<TNode>(ImmutableArray<TNode> Nodes, bool IsComplete)
    where TNode : IEquatable<TNode>
{
    /// <summary>Starts that one search takes.</summary>
    public const int StartsMax = 64;

    /// <summary>
    /// Finds them by painting down from all starts at once, newest node first. Since a cause is below its effects in the
    /// graph's order, all effects of a node that matter are painted before it is, and the search ends as soon as only
    /// ancestors of what was found are left: its cost is the history since the nearest common ancestors, not all history.
    /// </summary>
    /// <exception cref="TemporalException">NotFound: a node that is not there. Corrupt: a cause that is not below its effect.</exception>
    public static async ValueTask<NearestCommonAncestors<TNode>> FindAsync(
        ILineageGraph<TNode> graph, ImmutableArray<TNode> starts, LineageBounds bounds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(starts.Length, StartsMax, nameof(starts));
        var search = new Search(graph, bounds);
        ImmutableArray<TNode> distinct = [.. starts.Distinct()];
        for (var i = 0; i < distinct.Length; i++)
        {
            search.Paint(distinct[i], 1UL << i, isBelowFound: false);
        }

        var all = distinct.Length == StartsMax ? ulong.MaxValue : (1UL << distinct.Length) - 1;
        return await search.RunAsync(all, cancellationToken).ConfigureAwait(false);
    }

    private struct Mark
    {
        public ulong Colours;
        public bool IsBelowFound;
        public bool IsWaiting;
    }

    private sealed class Search(ILineageGraph<TNode> graph, LineageBounds bounds)
    {
        private readonly Dictionary<TNode, Mark> marks = [];
        private readonly Dictionary<TNode, ImmutableArray<TNode>> causes = [];
        private readonly PriorityQueue<TNode, TNode> waiting = new(Comparer<TNode>.Create((left, right) => graph.Compare(right, left)));
        private int undecided;

        public void Paint(TNode node, ulong colours, bool isBelowFound)
        {
            ref var mark = ref CollectionsMarshal.GetValueRefOrAddDefault(marks, node, out var exists);
            if (!exists)
            {
                mark.IsWaiting = true;
                mark.IsBelowFound = isBelowFound;
                undecided += isBelowFound ? 0 : 1;
                waiting.Enqueue(node, node);
            }
            else if (isBelowFound && !mark.IsBelowFound)
            {
                mark.IsBelowFound = true;
                undecided -= mark.IsWaiting ? 1 : 0;
            }

            mark.Colours |= colours;
        }

        public async ValueTask<NearestCommonAncestors<TNode>> RunAsync(ulong all, CancellationToken cancellationToken)
        {
            var found = ImmutableArray.CreateBuilder<TNode>();
            while (undecided > 0)
            {
                var node = waiting.Dequeue();
                var mark = marks[node];
                marks[node] = mark with { IsWaiting = false };
                undecided -= mark.IsBelowFound ? 0 : 1;
                if (mark.Colours == all && !mark.IsBelowFound)
                {
                    found.Add(node);
                }

                var isBelowFound = mark.IsBelowFound || mark.Colours == all;
                var above = await CausesOfAsync(node, cancellationToken).ConfigureAwait(false);
                if (above.Length > bounds.NeighboursMax || marks.Count + above.Length > bounds.NodesMax)
                {
                    return new([], false);
                }

                foreach (var cause in above)
                {
                    if (graph.Compare(cause, node) >= 0)
                    {
                        throw new TemporalException(ErrorKind.Corrupt, ErrorCodes.Corrupt, $"{cause} is a cause of {node} and does not come before it.");
                    }

                    Paint(cause, mark.Colours, isBelowFound);
                }
            }

            return new(found.ToImmutable(), true);
        }

        // With the node, others that wait are read in the same call: most of them will be asked for soon.
        private async ValueTask<ImmutableArray<TNode>> CausesOfAsync(TNode node, CancellationToken cancellationToken)
        {
            if (causes.Remove(node, out var known))
            {
                return known;
            }

            ImmutableArray<TNode> batch =
            [
                node,
                .. waiting.UnorderedItems.Select(static item => item.Element).Where(other => !causes.ContainsKey(other)).Take(LineageWalk.BatchMax - 1),
            ];
            var lists = await graph.ReadAsync(batch, LineageDirection.Causes, bounds.NeighboursMax, cancellationToken).ConfigureAwait(false);
            for (var i = 1; i < batch.Length; i++)
            {
                causes[batch[i]] = lists[i];
            }

            return lists[0];
        }
    }
}
