using OrleansTemporal.Vectors;

namespace OrleansTemporal.Kernel.Tests.Vectors;

public class VectorDistanceTests
{
    /// <summary>Goal: every length, so every tail, agrees with sums in double precision.</summary>
    [Fact]
    public void distances_of_every_length_are_what_plain_sums_say()
    {
        var random = new Random(1);
        for (var length = 1; length <= 300; length++)
        {
            var left = Enumerable.Range(0, length).Select(_ => random.NextSingle() - 0.5f).ToArray();
            var right = Enumerable.Range(0, length).Select(_ => random.NextSingle() - 0.5f).ToArray();
            var dot = left.Zip(right).Sum(static pair => (double)pair.First * pair.Second);
            var squared = left.Zip(right).Sum(static pair => ((double)pair.First - pair.Second) * ((double)pair.First - pair.Second));
            var lengths = Math.Sqrt(left.Sum(static x => (double)x * x) * right.Sum(static x => (double)x * x));
            Assert.Equal(-dot, VectorDistances.Between(VectorMetric.Dot, left, right), 1e-4);
            Assert.Equal(Math.Sqrt(squared), VectorDistances.Between(VectorMetric.L2, left, right), 1e-4);
            Assert.Equal(1 - (dot / lengths), VectorDistances.Between(VectorMetric.Cosine, left, right), 1e-4);
        }
    }

    [Fact]
    public void the_largest_values_that_are_allowed_have_finite_distances()
    {
        var large = Enumerable.Repeat(VectorRows.ValueMax, 4_096).ToArray();
        var opposite = Enumerable.Repeat(-VectorRows.ValueMax, 4_096).ToArray();
        foreach (var metric in Enum.GetValues<VectorMetric>())
        {
            Assert.True(double.IsFinite(VectorDistances.Between(metric, large, opposite)));
            Assert.True(double.IsFinite(VectorDistances.Between(metric, large, large)));
        }
    }

    [Fact]
    public void the_shortest_vectors_that_are_allowed_keep_their_direction()
    {
        float[] left = [(float)VectorRows.LengthMin, 0, 0];
        float[] right = [0, (float)VectorRows.LengthMin, 0];
        Assert.Equal(1, VectorDistances.Between(VectorMetric.Cosine, left, right), 1e-5);
        Assert.Equal(0, VectorDistances.Between(VectorMetric.Cosine, left, left), 1e-5);
    }

    [Fact]
    public void scores_grow_as_distances_fall()
    {
        foreach (var metric in Enum.GetValues<VectorMetric>())
        {
            Assert.True(VectorDistances.ToScore(metric, 0.25) > VectorDistances.ToScore(metric, 0.5));
        }

        Assert.Equal(1, VectorDistances.ToScore(VectorMetric.L2, 0));
        Assert.Equal(1, VectorDistances.ToScore(VectorMetric.Cosine, 0));
    }
}
