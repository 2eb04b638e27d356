using OrleansTemporal.Vectors;

namespace OrleansTemporal.Kernel.Tests.Vectors;

/// <summary>Goal: 95 of the 100 nearest with auto, 99 with thorough, whatever came and went, for now and for any moment of the past.</summary>
public class VectorRecallTests
{
    private const int Rows = 8_192;

    [Theory]
    [InlineData(VectorMetric.L2, 48)]
    [InlineData(VectorMetric.Cosine, 20)]
    [InlineData(VectorMetric.Dot, 20)]
    public void a_collection_that_only_grew_is_searched_as_of_any_moment(VectorMetric metric, int dimensions)
    {
        var world = new VectorWorld(dimensions, metric, 1);
        world.Grow(Rows);
        world.Work();
        world.RequireRecall(world.Now);
        world.RequireRecall(world.Now / 100);
        world.RequireRecall(world.Now / 2);
    }

    [Fact]
    public void with_half_of_all_vectors_replaced_ten_moments_are_searched_as_well_as_now()
    {
        var world = new VectorWorld(32, VectorMetric.L2, 2);
        world.Grow(Rows);
        var order = new Random(2);
        var live = Enumerable.Range(0, Rows).ToList();
        for (var i = 0; i < Rows / 2; i++)
        {
            var place = order.Next(live.Count);
            world.Delete(live[place]);
            live[place] = world.Put(world.Draw());
            world.Work(4);
        }

        world.Work();
        for (var i = 1UL; i <= 10; i++)
        {
            world.RequireRecall(world.Now * i / 10);
        }

        world.RequireRecall(world.Now / 100);
    }

    [Fact]
    public void with_nine_tenths_gone_what_is_left_is_found_and_so_is_what_was_there()
    {
        var world = new VectorWorld(32, VectorMetric.L2, 3);
        world.Grow(Rows);
        world.Work();
        var full = world.Now;
        for (var entry = 0; entry < Rows; entry++)
        {
            if (entry % 10 != 0)
            {
                world.Delete(entry);
                world.Work(1);
            }
        }

        world.RequireRecall(world.Now);
        world.Work();
        world.RequireRecall(world.Now);
        world.RequireRecall(full);
        world.RequireRecall((full + world.Now) / 2);
    }

    [Fact]
    public void what_was_emptied_and_filled_again_is_searched_on_both_sides_of_the_gap()
    {
        var world = new VectorWorld(32, VectorMetric.L2, 4);
        world.Grow(Rows);
        var full = world.Now;
        for (var entry = 0; entry < Rows; entry++)
        {
            world.Delete(entry);
        }

        var empty = world.Now;
        world.Work();
        world.Grow(Rows);
        world.Work();
        Assert.Equal(0, world.Index.History.CountLive(empty));
        world.RequireRecall(empty);
        world.RequireRecall(full);
        world.RequireRecall(world.Now);
        world.RequireRecall((full + empty) / 2);
    }

    [Fact]
    public void the_row_where_every_search_comes_in_may_go_like_any_other()
    {
        var world = new VectorWorld(16, VectorMetric.L2, 5);
        world.Grow(5_000);
        world.Work();
        var graph = world.Index.Graph;
        var entrance = Enumerable.Range(0, 5_000).MaxBy(graph.LevelOf);
        world.Delete(entrance);
        world.RequireRecall(world.Now);
        world.RequireRecall(world.Now - 1);
    }

    [Fact]
    public void vectors_that_lie_in_no_order_at_all_are_compared_or_searched_wide_enough()
    {
        var world = new VectorWorld(128, VectorMetric.Cosine, 6);
        var random = new Random(6);
        for (var i = 0; i < 5_000; i++)
        {
            world.Put([.. Enumerable.Range(0, 128).Select(_ => (float)(random.NextDouble() - 0.5))]);
        }

        world.Work();
        world.RequireRecall(world.Now);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(20)]
    [InlineData(500)]
    public void a_filter_loses_nothing_however_narrow_it_is(int oneIn)
    {
        var world = new VectorWorld(24, VectorMetric.L2, 7);
        world.Grow(6_000);
        world.Work();
        var (found, wanted) = (0, 0);
        var hits = new VectorHit[10];
        for (var i = 0; i < 60; i++)
        {
            var query = world.Draw();
            var selection = new OneIn(oneIn);
            var plan = world.Index.Plan(VectorMode.Auto, 10, world.Now, 1.0 / oneIn, 0);
            var count = plan.Mode == VectorMode.Exact
                ? world.Index.Scan(plan, 0, 1, query, selection, hits)
                : world.Index.Search(plan, query, selection, hits);
            var truth = Enumerable.Range(0, 6_000).Where(row => row % oneIn == 0)
                .OrderBy(row => VectorDistances.Between(VectorMetric.L2, query, world.Index.Rows[row])).Take(10).ToHashSet();
            wanted += truth.Count;
            found += hits[..count].Count(hit => truth.Contains(hit.Row));
        }

        Assert.InRange((double)found / wanted, 0.95, 1);
    }

    private readonly struct OneIn(int number) : IVectorSelection
    {
        public bool Considers(int row) => true;

        public bool Accepts(int row) => row % number == 0;
    }
}
