using System.Collections.Immutable;
using OrleansTemporal.Errors;
using OrleansTemporal.Lineage;

namespace OrleansTemporal.Kernel.Tests.Lineage;

/// <summary>Goal: exactly the maximal common ancestors, as naive sets give them, and without reading all history.</summary>
public sealed class NearestCommonAncestorsTests
{
    private static readonly LineageBounds Unbounded = new(int.MaxValue, int.MaxValue, int.MaxValue - 1);

    [Fact]
    public void nearest_common_ancestors_are_the_maximal_ones() => Seeds.Each(500, random =>
    {
        var graph = MemoryGraph.Random(random, random.Next(2, 60));
        var count = graph.Nodes.Count();
        ImmutableArray<int> starts = [.. Enumerable.Range(0, random.Next(2, 4)).Select(_ => random.Next(count))];
        var common = starts.Select(start => graph.Closure([start], LineageDirection.Causes)).Aggregate(static (left, right) => [.. left.Intersect(right)]);
        var maximal = common.Where(node => !common.Any(other => other != node && graph.Closure([other], LineageDirection.Causes).Contains(node)));
        Assert.Equal(maximal.OrderDescending(), Find(graph, starts).Nodes);
    });

    [Fact]
    public void a_criss_cross_merge_has_two()
    {
        // Two branches from 0, each merged into the other, twice.
        var graph = new MemoryGraph().Add(0).Add(1, 0).Add(2, 0).Add(3, 1, 2).Add(4, 1, 2).Add(5, 3).Add(6, 4);
        Assert.Equal([2, 1], Find(graph, [5, 6]).Nodes.ToArray());
        Assert.Equal([3], Find(graph, [5, 3]).Nodes.ToArray());
        Assert.Equal([0], Find(graph, [1, 2]).Nodes.ToArray());
        Assert.Equal([4], Find(graph, [4, 4]).Nodes.ToArray());
        Assert.Empty(Find(new MemoryGraph().Add(0).Add(1), [0, 1]).Nodes);
    }

    [Fact]
    public void the_nearest_is_found_without_reading_the_history_below_it()
    {
        var graph = LineageWalkTests.Chain(100_000).Add(100_000, 99_999).Add(100_001, 99_999);
        Assert.Equal([99_999], Find(graph, [100_000, 100_001]).Nodes.ToArray());
        Assert.InRange(graph.Reads, 2, 10);
    }

    [Fact]
    public async Task a_history_above_the_bound_is_not_answered()
    {
        var graph = LineageWalkTests.Chain(1_000).Add(1_000).Add(1_001, 1_000);
        var found = await NearestCommonAncestors<int>.FindAsync(graph, [999, 1_001], Unbounded with { NodesMax = 100 }, CancellationToken.None);
        Assert.False(found.IsComplete);
        Assert.Empty(found.Nodes);
        Assert.True(Find(graph, [999, 1_001]).IsComplete);
    }

    [Fact]
    public async Task an_unknown_cause_is_an_error()
    {
        var error = await Assert.ThrowsAsync<TemporalException>(() => NearestCommonAncestors<int>.FindAsync(LineageWalkTests.Chain(3), [1, 9], Unbounded, CancellationToken.None).AsTask());
        Assert.Equal(ErrorCodes.WriteNotFound, error.Code);
    }

    private static NearestCommonAncestors<int> Find(MemoryGraph graph, ImmutableArray<int> starts) =>
        NearestCommonAncestors<int>.FindAsync(graph, starts, Unbounded, CancellationToken.None).AsTask().GetAwaiter().GetResult();
}
