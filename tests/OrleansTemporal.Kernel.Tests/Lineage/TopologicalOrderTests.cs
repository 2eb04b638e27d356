using OrleansTemporal.Errors;
using OrleansTemporal.Lineage;

namespace OrleansTemporal.Kernel.Tests.Lineage;

/// <summary>Goal: every node comes after all of its causes, and one graph has one order.</summary>
public sealed class TopologicalOrderTests
{
    private static readonly LineageBounds Unbounded = new(int.MaxValue, int.MaxValue, int.MaxValue - 1);

    [Fact]
    public void every_node_comes_after_its_causes_lowest_first() => Seeds.Each(200, random =>
    {
        // Names without a relation to the order of making, so that the tie-break is at work and not the order of numbers.
        var plain = MemoryGraph.Random(random, random.Next(1, 60));
        var names = plain.Nodes.ToArray();
        random.Shuffle(names);
        var graph = new MemoryGraph();
        foreach (var node in plain.Nodes)
        {
            graph.Add(names[node], [.. plain.Neighbours(node, LineageDirection.Causes).Select(cause => names[cause])]);
        }

        var starts = graph.Nodes.Where(_ => random.Next(2) == 0).Append(names[^1]).ToArray();
        var order = Order(graph, starts);
        Assert.Equal(Naive(graph, graph.Closure(starts, LineageDirection.Causes)), order);
        random.Shuffle(starts);
        Assert.Equal(order, Order(graph, starts));
    });

    [Fact]
    public void a_merge_comes_after_its_second_parent()
    {
        // Root 10, a branch 11, a merge 9 of both, and 12 on the branch: depth first from the root would put 9 before 11.
        var graph = new MemoryGraph().Add(10).Add(11, 10).Add(9, 10, 11).Add(12, 11);
        Assert.Equal([10, 11, 9, 12], Order(graph, [9, 12]));
    }

    [Fact]
    public void a_circle_is_an_error()
    {
        var graph = new MemoryGraph().Add(0).Add(1, 0).Add(0, 1);
        var error = Assert.Throws<TemporalException>(() => Order(graph, [1]));
        Assert.Equal(ErrorKind.Corrupt, error.Kind);
    }

    private static IReadOnlyList<int> Order(MemoryGraph graph, int[] starts)
    {
        var reach = LineageWalk.RunAsync(graph, starts, LineageDirection.Causes, Unbounded, true, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        return TopologicalOrder.Of(reach, graph);
    }

    // The lowest node all of whose causes are done, again and again.
    private static List<int> Naive(MemoryGraph graph, HashSet<int> left)
    {
        var order = new List<int>();
        while (left.Count > 0)
        {
            var next = left.Where(node => !graph.Neighbours(node, LineageDirection.Causes).Any(left.Contains)).Min();
            left.Remove(next);
            order.Add(next);
        }

        return order;
    }
}
