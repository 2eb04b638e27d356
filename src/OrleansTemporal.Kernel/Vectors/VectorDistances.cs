using System.Buffers;

namespace OrleansTemporal.Vectors;

/// <summary>What the distances of the graph mean outside of it.</summary>
public static class VectorDistances
{
    /// <summary>The distance as users see it, of one that the graph orders by: the Euclidean one is its root.</summary>
    public static double ToDistance(VectorMetric metric, float ordered) => metric switch
    {
        VectorMetric.L2 => Math.Sqrt(ordered),
        VectorMetric.Cosine => Math.Clamp(ordered, 0, 2),
        VectorMetric.Dot => ordered,
        _ => throw new ArgumentOutOfRangeException(nameof(metric)),
    };

    /// <summary>The score of a distance: the larger, the nearer. Cosine −1 to 1, Euclidean 1 / (1 + distance), the inner product.</summary>
    public static double ToScore(VectorMetric metric, double distance) => metric switch
    {
        VectorMetric.L2 => 1 / (1 + distance),
        VectorMetric.Cosine => 1 - distance,
        VectorMetric.Dot => -distance,
        _ => throw new ArgumentOutOfRangeException(nameof(metric)),
    };

    /// <summary>The distance of two vectors as users see it.</summary>
    /// <param name="metric">Which one.</param>
    /// <param name="left">Finite floats.</param>
    /// <param name="right">As many.</param>
    public static unsafe double Between(VectorMetric metric, ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        // An inverse length may stand behind each.
        var padded = (left.Length + VectorKernels.Step - 1) / VectorKernels.Step * VectorKernels.Step;
        var stride = padded + VectorKernels.Step;
        var rented = ArrayPool<float>.Shared.Rent(2 * stride);
        VectorRows.Fill(rented.AsSpan(0, stride), left, padded, metric);
        VectorRows.Fill(rented.AsSpan(stride, stride), right, padded, metric);
        float ordered;
        fixed (float* first = rented)
        {
            ordered = metric switch
            {
                VectorMetric.L2 => L2Distance.Between(first, first + stride, padded, float.MaxValue),
                VectorMetric.Cosine => CosineDistance.Between(first, first + stride, padded, float.MaxValue),
                _ => DotDistance.Between(first, first + stride, padded, float.MaxValue),
            };
        }

        ArrayPool<float>.Shared.Return(rented);
        return ToDistance(metric, ordered);
    }
}
