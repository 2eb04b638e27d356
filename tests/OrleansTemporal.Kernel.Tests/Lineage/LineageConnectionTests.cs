using OrleansTemporal.Lineage;

namespace OrleansTemporal.Kernel.Tests.Lineage;

/// <summary>Goal: paths are shortest and the same in every run; degrees, similar pairs and walks are what the edges say.</summary>
public sealed class LineageConnectionTests
{
    private static readonly LineageBounds Unbounded = new(int.MaxValue, int.MaxValue, int.MaxValue - 1);

    [Fact]
    public void a_path_is_shortest_and_made_of_edges() => Seeds.Each(200, random =>
    {
        var graph = MemoryGraph.Random(random, random.Next(2, 50));
        var (from, to) = (random.Next(graph.Nodes.Count()), random.Next(graph.Nodes.Count()));
        foreach (var direction in Enum.GetValues<LineageDirection>())
        {
            var path = Path(graph, from, to, direction);
            Assert.True(path.IsComplete);
            Assert.Equal(graph.Distance(from, to, direction), path.Nodes.IsEmpty ? null : path.Nodes.Length - 1);
            if (!path.Nodes.IsEmpty)
            {
                Assert.Equal((from, to), (path.Nodes[0], path.Nodes[^1]));
            }

            Assert.All(path.Nodes.Zip(path.Nodes.Skip(1)), edge => Assert.Contains(edge.Second, graph.Neighbours(edge.First, direction)));
        }
    });

    [Fact]
    public void of_several_shortest_paths_the_lowest_nodes_win()
    {
        var graph = new MemoryGraph().Add(0).Add(1, 0).Add(2, 0).Add(3, 1, 2);
        Assert.Equal([3, 1, 0], Path(graph, 3, 0, LineageDirection.Causes).Nodes.ToArray());
        Assert.Equal([0, 1, 3], Path(graph, 0, 3, LineageDirection.Effects).Nodes.ToArray());
    }

    [Fact]
    public async Task a_search_cut_short_says_so()
    {
        var graph = LineageWalkTests.Chain(100);
        var cut = await LineagePath<int>.FindAsync(graph, 99, 0, LineageDirection.Any, Unbounded with { NodesMax = 50 }, CancellationToken.None);
        Assert.False(cut.IsComplete);
        Assert.Empty(cut.Nodes);
        Assert.Equal(100, Path(graph, 99, 0, LineageDirection.Any).Nodes.Length);
    }

    [Fact]
    public void degrees_count_edges_both_ways() => Seeds.Each(100, random =>
    {
        var graph = MemoryGraph.Random(random, 40);
        var reach = Reach(graph, random.Next(40));
        var expected = reach.Steps.Select(step => (step.Node, graph.Neighbours(step.Node, LineageDirection.Any).Count()))
            .OrderByDescending(static pair => pair.Item2).ThenBy(static pair => pair.Node).Take(5);
        Assert.Equal(expected, LineageDegrees.Highest(reach, graph, 5).Select(static pair => (pair.Node, pair.Degree)));
    });

    [Fact]
    public void similar_pairs_share_neighbours_and_no_edge() => Seeds.Each(100, random =>
    {
        var graph = MemoryGraph.Random(random, 40);
        var reach = Reach(graph, random.Next(40));
        var nodes = reach.Steps.Select(static step => step.Node).Order().ToArray();
        var expected =
            from low in nodes
            from high in nodes
            where low < high
            let left = graph.Neighbours(low, LineageDirection.Any).ToHashSet()
            let right = graph.Neighbours(high, LineageDirection.Any).ToHashSet()
            where !left.Contains(high)
            let similarity = (double)left.Intersect(right).Count() / left.Union(right).Count()
            where similarity >= 0.3
            orderby similarity descending, low, high
            select new SimilarPair<int>(low, high, similarity);
        var (pairs, isComplete) = SimilarPairs.Find(reach, graph, 0.3, int.MaxValue, 100);
        Assert.True(isComplete);
        Assert.Equal(expected.Take(100), pairs);
        var (some, all) = SimilarPairs.Find(reach, graph, 0.3, 1, 100);
        Assert.True(some.Length <= 1);
        Assert.True(all || pairs.Length >= some.Length);
    });

    [Fact]
    public async Task walks_follow_edges_and_their_seed()
    {
        var graph = MemoryGraph.Random(new Random(1), 200);
        var walks = await RandomWalks.RunAsync(graph, [50, 60], 20, 15, 100, 7, CancellationToken.None);
        Assert.Equal(20, walks.Length);
        Assert.All(walks, walk => Assert.All(walk.Zip(walk.Skip(1)), edge => Assert.Contains(edge.Second, graph.Neighbours(edge.First, LineageDirection.Any))));
        Assert.Equal(Enumerable.Range(0, 20).Select(static i => i % 2 == 0 ? 50 : 60), walks.Select(static walk => walk[0]));
        var again = await RandomWalks.RunAsync(graph, [50, 60], 20, 15, 100, 7, CancellationToken.None);
        Assert.Equal(walks.SelectMany(static walk => walk), again.SelectMany(static walk => walk));
        var other = await RandomWalks.RunAsync(graph, [50, 60], 20, 15, 100, 8, CancellationToken.None);
        Assert.NotEqual(walks.SelectMany(static walk => walk), other.SelectMany(static walk => walk));
        Assert.True(walks.Select(static walk => walk[^1]).Distinct().Count() > 5);

        var alone = await RandomWalks.RunAsync(new MemoryGraph().Add(0), [0], 2, 3, 10, 1, CancellationToken.None);
        Assert.All(alone, static walk => Assert.Equal([0], walk.ToArray()));
    }

    private static LineageReach<int> Reach(MemoryGraph graph, int start) =>
        LineageWalk.RunAsync(graph, [start], LineageDirection.Any, Unbounded, true, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    private static LineagePath<int> Path(MemoryGraph graph, int from, int to, LineageDirection direction) =>
        LineagePath<int>.FindAsync(graph, from, to, direction, Unbounded, CancellationToken.None).AsTask().GetAwaiter().GetResult();
}
