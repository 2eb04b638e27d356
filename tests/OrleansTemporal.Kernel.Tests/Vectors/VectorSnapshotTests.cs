using OrleansTemporal.Kernel.Tests.Golden;
using OrleansTemporal.Vectors;

namespace OrleansTemporal.Kernel.Tests.Vectors;

/// <summary>Goal: an index that is read back is the one that was written, for now and the past, and nothing else is taken for one.</summary>
public class VectorSnapshotTests
{
    private const int Rows = 9_000;

    [Fact]
    public void an_index_reads_back_with_its_past_and_grows_on()
    {
        var world = Grown();
        var written = world.Index.Write(world.Index.Mark()).ToArray();
        var again = Folded(world.Index);
        Assert.Equal(world.Index.Linked, again.Read(written));
        Assert.Equal(world.Index.GraphCount, again.GraphCount);
        for (var row = 0; row < world.Index.Rows.Count; row++)
        {
            Assert.Equal(world.Index.Graph.NeighboursOf(row, 0), again.Graph.NeighboursOf(row, 0));
        }

        var hits = (new VectorHit[10], new VectorHit[10]);
        foreach (var time in new[] { world.Now, world.Now / 2, world.Now / 3, world.Now * 3 / 4 })
        {
            var (left, right) = (world.Index.Plan(VectorMode.Fast, 10, time, 1, 20), again.Plan(VectorMode.Fast, 10, time, 1, 20));
            Assert.Equal((left.Mode, left.Width), (right.Mode, right.Width));
            var query = world.Draw();
            if (left.Mode != VectorMode.Exact)
            {
                Assert.Equal(world.Index.Search(left, query, hits.Item1), again.Search(right, query, hits.Item2));
                Assert.Equal(hits.Item1, hits.Item2);
            }
        }

        Assert.Equal(written, again.Write(again.Mark()).ToArray());
    }

    [Fact]
    public void whatever_is_changed_or_cut_is_not_taken_for_an_index()
    {
        var world = new VectorWorld(4, VectorMetric.Cosine, 2);
        world.Grow(300);
        world.Work();
        var written = world.Index.Write(world.Index.Mark()).ToArray();
        var random = new Random(2);
        for (var i = 0; i < 300; i++)
        {
            byte[] damaged = [.. written];
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            Assert.Equal(0, Folded(world.Index).Read(damaged));
            Assert.Equal(0, Folded(world.Index).Read(written.AsSpan(0, random.Next(written.Length))));
        }

        var other = new VectorWorld(4, VectorMetric.Cosine, 3);
        other.Grow(300);
        Assert.Equal(0, other.Index.Read(written));
    }

    [Fact]
    public void the_bytes_of_an_index_never_change()
    {
        // Whole numbers, so that every register sums to the same.
        var index = new VectorIndex(3, VectorMetric.L2, new VectorGraphOptions { Neighbours = 2, ConstructionWidth = 8, Seed = 5 });
        for (var i = 0; i < VectorGraphBatch.Size + 3; i++)
        {
            index.Add(index.Rows.Intern([i % 5, i / 5 % 5, i / 25]), (ulong)i + 1);
        }

        index.NextWork()!.Run();
        GoldenFile.Check("vector-index-v1", index.Write(index.Mark()).ToArray());
    }

    [Fact]
    public void the_bytes_that_name_the_object_of_the_graphs_never_change()
    {
        var pointer = new VectorIndexPointer(0x0123456789ABCDEF, 300_000_000_000);
        GoldenFile.Check("vector-index-pointer-v1", pointer.Write());
        Assert.True(VectorIndexPointer.TryRead(pointer.Write(), out var again));
        Assert.Equal(pointer, again);
        for (var bit = 0; bit < pointer.Write().Length * 8; bit++)
        {
            var damaged = pointer.Write();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(VectorIndexPointer.TryRead(damaged, out _));
        }

        Assert.False(VectorIndexPointer.TryRead(pointer.Write().AsSpan(1), out _));
    }

    // Doubled twice, and half of it gone since, so that there are copies, a past graph, and one that took its place.
    private static VectorWorld Grown()
    {
        var world = new VectorWorld(8, VectorMetric.L2, 1);
        world.Grow(Rows);
        for (var entry = 0; entry < Rows * 6 / 10; entry++)
        {
            world.Delete(entry);
        }

        world.Work();
        world.Grow(700);
        world.Work();
        return world;
    }

    private static VectorIndex Folded(VectorIndex index)
    {
        var again = new VectorIndex(index.Rows.Dimensions, index.Rows.Metric, index.Graph.Options);
        var ends = new List<(ulong Time, int Entry)>();
        for (var entry = 0; entry < index.History.Count; entry++)
        {
            var row = index.History.RowOf(entry);
            if (row == again.Rows.Count)
            {
                again.Rows.Add(index.Rows[row]);
            }

            again.Add(row, index.History.BeginOf(entry));
        }

        for (var entry = 0; entry < index.History.Count; entry++)
        {
            if (index.History.EndOf(entry) is var end && end != ulong.MaxValue)
            {
                ends.Add((end, entry));
            }
        }

        foreach (var (time, entry) in ends.Order())
        {
            again.End(entry, time);
        }

        return again;
    }
}
