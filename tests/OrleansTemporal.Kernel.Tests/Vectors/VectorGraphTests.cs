using OrleansTemporal.Vectors;

namespace OrleansTemporal.Kernel.Tests.Vectors;

public class VectorGraphTests
{
    [Fact]
    public void the_same_seed_gives_the_same_graph_in_whatever_order_the_items_of_a_phase_are_done()
    {
        var (first, second, other) = (Build(1, null), Build(1, new Random(9)), Build(2, null));
        var isOther = false;
        for (var row = 0; row < first.Indexed; row++)
        {
            Assert.Equal(first.LevelOf(row), second.LevelOf(row));
            for (var level = 0; level <= first.LevelOf(row); level++)
            {
                Assert.Equal(first.NeighboursOf(row, level), second.NeighboursOf(row, level));
            }

            isOther |= !first.NeighboursOf(row, 0).SequenceEqual(other.NeighboursOf(row, 0));
        }

        Assert.True(isOther, "another seed gives another graph");
    }

    [Fact]
    public void batches_are_whole_and_what_is_left_waits()
    {
        var world = new VectorWorld(8, VectorMetric.L2, 1);
        for (var i = 0; i < VectorGraphBatch.Size + 5; i++)
        {
            world.Put(world.Draw());
        }

        world.Work();
        Assert.Equal(VectorGraphBatch.Size, world.Index.Linked);
        Assert.Equal(5, world.Index.Graph.Waiting);
        world.RequireRecall(world.Now);
    }

    [Theory]
    [InlineData(VectorMetric.L2)]
    [InlineData(VectorMetric.Cosine)]
    [InlineData(VectorMetric.Dot)]
    public void a_search_allocates_nothing(VectorMetric metric)
    {
        var world = new VectorWorld(40, metric, 3);
        for (var i = 0; i < 3_000; i++)
        {
            world.Put(world.Draw());
        }

        world.Work();
        var query = world.Draw();
        var hits = new VectorHit[10];
        Assert.Equal(200 * 20, Search(200));

        // What a thread allocated is counted by buffers of 8 KiB, and once the rest of one was charged to searches that
        // had run beside a whole suite: what searches allocate themselves is in every round.
        var rounds = new long[5];
        for (var round = 0; round < rounds.Length; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var found = Search(200);
            rounds[round] = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Equal(200 * 20, found);
        }

        Assert.InRange(rounds.Count(static bytes => bytes != 0), 0, 1);
        Assert.InRange(rounds.Max(), 0, 8 << 10);

        int Search(int times)
        {
            var count = 0;
            for (var i = 0; i < times; i++)
            {
                count += world.Index.Graph.Search(query, 50, default(AllVectors), hits);
                count += world.Index.Graph.Search(query, 50, new LiveVectors(world.Index.History, world.Now), hits);
            }

            return count;
        }
    }

    [Fact]
    public void searches_beside_a_builder_answer_with_rows_that_are_linked()
    {
        var world = new VectorWorld(16, VectorMetric.L2, 4);
        var vectors = Enumerable.Range(0, 4_000).Select(_ => world.Draw()).ToArray();
        foreach (var vector in vectors)
        {
            world.Put(vector);
        }

        var graph = world.Index.Graph;
        graph.NextBatch()!.Run();
        var stop = false;
        Exception? failure = null;
        var searcher = new Thread(() =>
        {
            var hits = new VectorHit[10];
            var random = new Random(1);
            while (!Volatile.Read(ref stop) && failure is null)
            {
                failure = Record.Exception(() =>
                {
                    var count = graph.Search(vectors[random.Next(vectors.Length)], 20, default(AllVectors), hits);
                    Assert.Equal(10, count);
                    Assert.Equal(10, hits.Select(static hit => hit.Row).Distinct().Count());
                    Assert.All(hits, hit => Assert.InRange(hit.Row, 0, vectors.Length - 1));
                });
            }
        });
        searcher.Start();
        world.Work();
        Volatile.Write(ref stop, true);
        searcher.Join();
        Assert.Null(failure);
        world.RequireRecall(world.Now);
    }

    [Fact]
    public void a_frozen_graph_does_not_change_when_the_other_grows()
    {
        var world = new VectorWorld(16, VectorMetric.L2, 5);
        for (var i = 0; i < 1_024; i++)
        {
            world.Put(world.Draw());
        }

        world.Work();
        var frozen = world.Index.Graph.Freeze();
        var before = Enumerable.Range(0, 1_024).Select(row => frozen.NeighboursOf(row, 0)).ToArray();
        for (var i = 0; i < 1_024; i++)
        {
            world.Put(world.Draw());
        }

        world.Work();
        Assert.Equal(1_024, frozen.Indexed);
        Assert.Equal(before, Enumerable.Range(0, 1_024).Select(row => frozen.NeighboursOf(row, 0)));
        Assert.NotEqual(before, Enumerable.Range(0, 1_024).Select(row => world.Index.Graph.NeighboursOf(row, 0)));
    }

    private static VectorGraph Build(ulong seed, Random? shuffle)
    {
        var random = new Random(8);
        var rows = new VectorRows(12, VectorMetric.L2);
        var graph = new VectorGraph(rows, new VectorGraphOptions { Seed = seed, Neighbours = 6, ConstructionWidth = 40 });
        for (var i = 0; i < 2_000; i++)
        {
            graph.List(rows.Add([.. Enumerable.Range(0, 12).Select(_ => random.NextSingle())]));
        }

        while (graph.NextBatch() is { } batch)
        {
            for (var phase = 0; phase < batch.PhaseCount; phase++)
            {
                var items = Enumerable.Range(0, batch.CountOf(phase)).ToArray();
                shuffle?.Shuffle(items);
                foreach (var item in items)
                {
                    batch.Do(phase, item);
                }
            }
        }

        return graph;
    }
}
