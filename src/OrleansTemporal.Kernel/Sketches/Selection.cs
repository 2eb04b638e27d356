using System.Numerics.Tensors;

namespace OrleansTemporal.Sketches;

/// <summary>The value of a rank without sorting everything (Hoare, "Find", 1961).</summary>
internal static class Selection
{
    private const int SmallCount = 24;

    /// <summary>Moves the value of a rank to its place and answers it. Expected cost: a few nanoseconds for each value.</summary>
    public static double Select(Span<double> values, int rank)
    {
        var (low, high) = (0, values.Length - 1);
        if (rank == 0 || rank == high)
        {
            return rank == 0 ? TensorPrimitives.Min(values) : TensorPrimitives.Max(values);
        }

        // Values that are chosen against the pivots would cost a square; then sorting is cheaper.
        for (var rounds = 0; high - low > SmallCount && rounds < 64; rounds++)
        {
            var pivot = MedianOf(values[low], values[(low + high) >>> 1], values[high]);
            var (left, right) = (low, high);
            while (left <= right)
            {
                while (values[left] < pivot)
                {
                    left++;
                }

                while (values[right] > pivot)
                {
                    right--;
                }

                if (left <= right)
                {
                    (values[left], values[right]) = (values[right], values[left]);
                    left++;
                    right--;
                }
            }

            if (rank <= right)
            {
                high = right;
            }
            else if (rank >= left)
            {
                low = left;
            }
            else
            {
                return values[rank];
            }
        }

        values[low..(high + 1)].Sort();
        return values[rank];
    }

    private static double MedianOf(double first, double second, double third) =>
        Math.Max(Math.Min(first, second), Math.Min(Math.Max(first, second), third));
}
