using OrleansTemporal.Errors;
using OrleansTemporal.Lineage;

namespace OrleansTemporal.Kernel.Tests.Lineage;

/// <summary>Goal: what a walk reaches is what naive sets say, with true distances, within its bounds, whatever the shape.</summary>
public sealed class LineageWalkTests
{
    private static readonly LineageBounds Unbounded = new(int.MaxValue, int.MaxValue, int.MaxValue - 1);

    [Fact]
    public void a_walk_reaches_what_naive_sets_say() => Seeds.Each(200, random =>
    {
        var graph = MemoryGraph.Random(random, random.Next(1, 60));
        var starts = Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(graph.Nodes.Count())).ToArray();
        foreach (var direction in Enum.GetValues<LineageDirection>())
        {
            var reach = Run(graph, starts, direction, Unbounded, withLastEdges: true);
            Assert.True(reach.IsComplete);
            Assert.Equal(graph.Closure(starts, direction).Order(), reach.Steps.Select(static step => step.Node).Order());
            foreach (var step in reach.Steps)
            {
                Assert.Equal(starts.Min(start => graph.Distance(start, step.Node, direction) ?? int.MaxValue), step.Distance);
                Assert.Equal(graph.Neighbours(step.Node, direction), step.Neighbours.Select(place => reach.Steps[place].Node).Order());
                Assert.Equal(step, reach.Steps[reach.PlaceOf(step.Node)]);
            }

            Assert.Equal(
                graph.Closure(starts, direction).Where(node => !graph.Neighbours(node, direction).Any()).Order(),
                reach.Ends().Select(static step => step.Node).Order());
        }
    });

    [Fact]
    public void depth_bounds_what_is_asked_and_the_answer_stays_complete() => Seeds.Each(100, random =>
    {
        var graph = MemoryGraph.Random(random, 50);
        var start = random.Next(50);
        var depth = random.Next(5);
        var reach = Run(graph, [start], LineageDirection.Causes, Unbounded with { DepthMax = depth }, withLastEdges: true);
        var within = graph.Nodes.Where(node => graph.Distance(start, node, LineageDirection.Causes) <= depth).ToHashSet();
        Assert.True(reach.IsComplete);
        Assert.Equal(within.Order(), reach.Steps.Select(static step => step.Node).Order());
        Assert.Equal(
            within.Where(node => !graph.Neighbours(node, LineageDirection.Causes).Any(within.Contains)).Order(),
            reach.Ends().Select(static step => step.Node).Order());
    });

    [Fact]
    public async Task a_chain_of_a_million_is_walked_without_recursion()
    {
        var graph = Chain(1_000_000);
        var reach = Run(graph, [999_999], LineageDirection.Causes, Unbounded, withLastEdges: false);
        Assert.Equal(1_000_000, reach.Steps.Length);
        Assert.Equal((0, 999_999), (reach.Steps[^1].Node, reach.Steps[^1].Distance));
        var order = TopologicalOrder.Of(reach, graph);
        Assert.Equal(Enumerable.Range(0, 1_000_000), order);
        var path = await LineagePath<int>.FindAsync(graph, 0, 999_999, LineageDirection.Effects, Unbounded, CancellationToken.None);
        Assert.Equal(1_000_000, path.Nodes.Length);
    }

    [Fact]
    public void too_many_nodes_cut_a_walk_short_and_say_so()
    {
        var reach = Run(Chain(100), [99], LineageDirection.Causes, Unbounded with { NodesMax = 10 }, withLastEdges: false);
        Assert.False(reach.IsComplete);
        Assert.Equal(Enumerable.Range(90, 10).Reverse(), reach.Steps.Select(static step => step.Node));
        Assert.True(Run(Chain(10), [9], LineageDirection.Causes, Unbounded with { NodesMax = 10 }, withLastEdges: false).IsComplete);
    }

    [Fact]
    public void a_fan_out_above_its_bound_is_cut_and_said()
    {
        var graph = new MemoryGraph().Add(0);
        for (var node = 1; node <= 20_000; node++)
        {
            graph.Add(node, 0);
        }

        var bounded = Run(graph, [0], LineageDirection.Effects, Unbounded with { NeighboursMax = 100 }, withLastEdges: false);
        Assert.False(bounded.IsComplete);
        Assert.Equal(Enumerable.Range(0, 101), bounded.Steps.Select(static step => step.Node));
        Assert.Equal(20_001, Run(graph, [0], LineageDirection.Effects, Unbounded, withLastEdges: false).Steps.Length);
        Assert.True(Run(graph, [0], LineageDirection.Effects, Unbounded with { NeighboursMax = 20_000 }, withLastEdges: false).IsComplete);
    }

    [Fact]
    public async Task an_unknown_start_is_an_error_that_names_it()
    {
        var error = await Assert.ThrowsAsync<TemporalException>(() => LineageWalk.RunAsync(Chain(3), [7], LineageDirection.Causes, Unbounded, false, CancellationToken.None).AsTask());
        Assert.Equal((ErrorKind.NotFound, ErrorCodes.WriteNotFound), (error.Kind, error.Code));
        Assert.Contains("7", error.Message, StringComparison.Ordinal);
    }

    internal static MemoryGraph Chain(int length)
    {
        var graph = new MemoryGraph().Add(0);
        for (var node = 1; node < length; node++)
        {
            graph.Add(node, node - 1);
        }

        return graph;
    }

    private static LineageReach<int> Run(MemoryGraph graph, int[] starts, LineageDirection direction, LineageBounds bounds, bool withLastEdges) =>
        LineageWalk.RunAsync(graph, starts, direction, bounds, withLastEdges, CancellationToken.None).AsTask().GetAwaiter().GetResult();
}
