using System.Collections.Immutable;
using OrleansTemporal.Errors;
using OrleansTemporal.Lineage;

namespace OrleansTemporal.Kernel.Tests.Lineage;

/// <summary>A graph of numbers whose causes are lower numbers, with naive answers to compare with.</summary>
internal sealed class MemoryGraph : ILineageGraph<int>
{
    private readonly Dictionary<int, SortedSet<int>> causes = [];
    private readonly Dictionary<int, SortedSet<int>> effects = [];

    /// <summary>How often a node was read.</summary>
    public int Reads { get; private set; }

    public IEnumerable<int> Nodes => causes.Keys;

    public static MemoryGraph Random(Random random, int nodes)
    {
        var graph = new MemoryGraph();
        var window = random.Next(2, 12);
        for (var node = 0; node < nodes; node++)
        {
            // Few causes from a narrow window make criss-cross merges; none at all make several roots.
            var count = random.Next(4) == 0 ? 0 : random.Next(1, 4);
            graph.Add(node, [.. Enumerable.Range(0, node == 0 ? 0 : count).Select(_ => random.Next(Math.Max(0, node - window), node)).Distinct()]);
        }

        return graph;
    }

    public MemoryGraph Add(int node, params int[] from)
    {
        causes[node] = [.. from];
        effects.TryAdd(node, []);
        foreach (var cause in from)
        {
            effects[cause].Add(node);
        }

        return this;
    }

    public int Compare(int left, int right) => left.CompareTo(right);

    public ValueTask<ImmutableArray<ImmutableArray<int>>> ReadAsync(
        ImmutableArray<int> nodes, LineageDirection direction, int neighboursMax, CancellationToken cancellationToken)
    {
        Assert.InRange(nodes.Length, 1, LineageWalk.BatchMax);
        Assert.Equal(nodes.Length, nodes.Distinct().Count());
        Reads += nodes.Length;
        return new([.. nodes.Select(node => Neighbours(node, direction).Take(neighboursMax + 1).ToImmutableArray())]);
    }

    public IEnumerable<int> Neighbours(int node, LineageDirection direction) =>
        !causes.TryGetValue(node, out var above) ? throw new TemporalException(ErrorKind.NotFound, ErrorCodes.WriteNotFound, $"There is no node {node}.")
        : direction == LineageDirection.Causes ? above
        : direction == LineageDirection.Effects ? effects[node]
        : new SortedSet<int>(above.Concat(effects[node]));

    /// <summary>The node and all that follows from it in a direction, by closing a set until it stays the same.</summary>
    public HashSet<int> Closure(IEnumerable<int> starts, LineageDirection direction)
    {
        var set = starts.ToHashSet();
        while (true)
        {
            var before = set.Count;
            set.UnionWith(set.SelectMany(node => Neighbours(node, direction)).ToArray());
            if (set.Count == before)
            {
                return set;
            }
        }
    }

    public int? Distance(int from, int to, LineageDirection direction)
    {
        var set = new HashSet<int> { from };
        for (var distance = 0; ; distance++)
        {
            if (set.Contains(to))
            {
                return distance;
            }

            var before = set.Count;
            set.UnionWith(set.SelectMany(node => Neighbours(node, direction)).ToArray());
            if (set.Count == before)
            {
                return null;
            }
        }
    }
}
