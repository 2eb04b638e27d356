using System.Runtime.Intrinsics.X86;
using OrleansTemporal.Vectors;

namespace OrleansTemporal.Kernel.Tests.Vectors;

/// <summary>Goal: comparing bytes first loses nothing that the modes promise, and what is answered is exact.</summary>
public unsafe class VectorCodeTests
{
    [Fact]
    public void sums_of_codes_are_exact_with_registers_of_every_width()
    {
        var random = new Random(1);
        for (var length = VectorCodes.Step; length <= 1_024; length += VectorCodes.Step)
        {
            var (left, right) = (new sbyte[length], new sbyte[length]);
            for (var i = 0; i < length; i++)
            {
                (left[i], right[i]) = (length % 5 == 0 ? (sbyte)127 : (sbyte)random.Next(-127, 128), length % 3 == 0 ? (sbyte)-127 : (sbyte)random.Next(-127, 128));
            }

            var truth = left.Zip(right).Sum(static pair => pair.First * pair.Second);
            fixed (sbyte* one = left, other = right)
            {
                Assert.Equal(truth, VectorCodeKernels.Dot(one, other, length));
                Assert.Equal(truth, VectorCodeKernels.DotOfAny(one, other, length));
                if (Avx2.IsSupported)
                {
                    Assert.Equal(truth, VectorCodeKernels.Dot256(one, other, length));
                }

                if (Avx512BW.IsSupported)
                {
                    Assert.Equal(truth, VectorCodeKernels.Dot512(one, other, length));
                }
            }
        }
    }

    [Theory]
    [InlineData(VectorMetric.L2)]
    [InlineData(VectorMetric.Cosine)]
    [InlineData(VectorMetric.Dot)]
    public void recall_is_kept_for_now_and_for_the_past(VectorMetric metric)
    {
        var world = new VectorWorld(40, metric, 11, VectorQuantization.Int8);
        world.Grow(6_000);
        for (var entry = 0; entry < 6_000; entry += 2)
        {
            world.Delete(entry);
            world.Put(world.Draw());
            world.Work(1);
        }

        world.Work();
        world.RequireRecall(world.Now);
        world.RequireRecall(6_000);
        world.RequireRecall(world.Now * 3 / 4);
    }

    [Fact]
    public void what_is_found_has_the_distance_of_its_values_and_the_graph_is_the_same()
    {
        var (plain, coded) = (new VectorWorld(16, VectorMetric.L2, 12), new VectorWorld(16, VectorMetric.L2, 12, VectorQuantization.Int8));
        foreach (var world in new[] { plain, coded })
        {
            world.Grow(5_000);
            world.Work();
        }

        for (var row = 0; row < 5_000; row++)
        {
            Assert.Equal(plain.Index.Graph.NeighboursOf(row, 0), coded.Index.Graph.NeighboursOf(row, 0));
        }

        var hits = new VectorHit[10];
        for (var i = 0; i < 50; i++)
        {
            var query = coded.Draw();
            var count = coded.Index.Graph.Search(query, 64, default(AllVectors), hits);
            Assert.Equal(10, count);
            Assert.Equal(hits.Select(static hit => hit.Ordered).Order(), hits.Select(static hit => hit.Ordered));
            Assert.All(hits, hit => Assert.Equal(VectorDistances.Between(VectorMetric.L2, query, coded.Index.Rows[hit.Row]), VectorDistances.ToDistance(VectorMetric.L2, hit.Ordered)));
        }

        Assert.InRange(coded.Index.Rows.Bytes, plain.Index.Rows.Bytes, plain.Index.Rows.Bytes * 2);
    }

    [Fact]
    public void rows_of_every_size_have_codes()
    {
        var rows = new VectorRows(3, VectorMetric.L2, VectorQuantization.Int8);
        float[][] vectors = [[0, 0, 0], [VectorRows.ValueMax, -VectorRows.ValueMax, 1], [float.Epsilon, 0, 0], [1e-30f, 1, -1], [-0f, 5, 5]];
        foreach (var vector in vectors)
        {
            rows.Add(vector);
        }

        for (var i = 0; i < vectors.Length; i++)
        {
            for (var j = 0; j < vectors.Length; j++)
            {
                var distance = L2Codes.Between(L2Codes.At(rows, i), L2Codes.At(rows, j), L2Codes.LengthOf(rows), float.PositiveInfinity);
                Assert.True(float.IsFinite(distance) && distance >= 0);
                Assert.True(i != j || distance <= 1e-5 * VectorRows.SquaredLength(vectors[i]));
            }
        }
    }

    [Fact]
    public void an_index_over_codes_reads_back_and_is_not_taken_for_one_over_values()
    {
        var world = new VectorWorld(4, VectorMetric.L2, 13, VectorQuantization.Int8);
        world.Grow(5_000);
        world.Work();
        var written = world.Index.Write(world.Index.Mark()).ToArray();
        foreach (var quantization in new[] { VectorQuantization.None, VectorQuantization.Int8 })
        {
            var again = new VectorIndex(4, VectorMetric.L2, world.Index.Graph.Options with { Quantization = quantization });
            for (var entry = 0; entry < world.Index.History.Count; entry++)
            {
                again.Add(again.Rows.Add(world.Index.Rows[world.Index.History.RowOf(entry)]), world.Index.History.BeginOf(entry));
            }

            Assert.Equal(quantization == VectorQuantization.Int8 ? world.Index.Linked : 0, again.Read(written));
        }
    }
}
