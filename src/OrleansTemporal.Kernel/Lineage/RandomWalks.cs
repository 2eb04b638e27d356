using System.Collections.Immutable;

namespace OrleansTemporal.Lineage;

/// <summary>Wanders through a graph to put together nodes that nobody would think of putting together.</summary>
public static class RandomWalks
{
    /// <summary>
    /// Several walks over edges in both directions. The seed is the caller's: the same graph and seed give the same walks.
    /// Cost: all walks take a step in one call of the graph, so <paramref name="steps"/> calls.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="starts">Where they begin, in turn.</param>
    /// <param name="walks">How many walks.</param>
    /// <param name="steps">Edges of each at most; a walk ends early at a node without neighbours.</param>
    /// <param name="neighboursMax">Neighbours of a node among which is chosen at most.</param>
    /// <param name="seed">Any number.</param>
    /// <param name="cancellationToken">Stops the walks.</param>
    /// <returns>The nodes of each walk in order, the start included.</returns>
    /// <exception cref="Errors.TemporalException">NotFound: a node that is not there.</exception>
    public static async ValueTask<ImmutableArray<ImmutableArray<TNode>>> RunAsync<TNode>(
        ILineageGraph<TNode> graph, ImmutableArray<TNode> starts, int walks, int steps, int neighboursMax, ulong seed, CancellationToken cancellationToken)
        where TNode : IEquatable<TNode>
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentOutOfRangeException.ThrowIfZero(starts.Length, nameof(starts));
        var paths = new ImmutableArray<TNode>.Builder[walks];
        for (var i = 0; i < walks; i++)
        {
            paths[i] = ImmutableArray.CreateBuilder<TNode>();
            paths[i].Add(starts[i % starts.Length]);
        }

        var random = seed;
        for (var step = 0; step < steps; step++)
        {
            var neighbours = await ReadAsync(graph, paths.Select(static path => path[^1]), neighboursMax, cancellationToken).ConfigureAwait(false);
            foreach (var path in paths)
            {
                var choices = neighbours[path[^1]];
                if (path.Count == step + 1 && !choices.IsEmpty)
                {
                    path.Add(choices[Below(ref random, Math.Min(choices.Length, neighboursMax))]);
                }
            }
        }

        return [.. paths.Select(static path => path.ToImmutable())];
    }

    private static async ValueTask<Dictionary<TNode, ImmutableArray<TNode>>> ReadAsync<TNode>(
        ILineageGraph<TNode> graph, IEnumerable<TNode> nodes, int neighboursMax, CancellationToken cancellationToken)
        where TNode : IEquatable<TNode>
    {
        var found = new Dictionary<TNode, ImmutableArray<TNode>>();
        foreach (var chunk in nodes.Distinct().Chunk(LineageWalk.BatchMax))
        {
            var lists = await graph.ReadAsync([.. chunk], LineageDirection.Any, neighboursMax, cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < chunk.Length; i++)
            {
                found[chunk[i]] = lists[i];
            }
        }

        return found;
    }

    // SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014), reduced by multiplication.
    private static int Below(ref ulong state, int bound)
    {
        state += 0x9E3779B97F4A7C15;
        var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        mixed ^= mixed >> 31;
        return (int)Math.BigMul(mixed, (ulong)bound, out _);
    }
}
