namespace OrleansTemporal.Timelines;

/// <summary>How large a change is; sums are taken in double precision.</summary>
/// <param name="DimensionsChanged">Components that changed.</param>
/// <param name="L2Norm">Euclidean length of the differences.</param>
/// <param name="MaxComponent">The largest difference, without its sign.</param>
/// <param name="Density">Changed components of all, 0 to 1.</param>
public readonly record struct DeltaMagnitude(int DimensionsChanged, double L2Norm, double MaxComponent, double Density)
{
    /// <summary>The magnitude of a change from old to new values of some components of a dense vector.</summary>
    public static DeltaMagnitude Of(ReadOnlySpan<float> before, ReadOnlySpan<float> after, int dimensions)
    {
        var (sum, max) = (0d, 0d);
        for (var i = 0; i < before.Length; i++)
        {
            var difference = Math.Abs((double)after[i] - before[i]);
            sum += difference * difference;
            max = difference > max ? difference : max;
        }

        return new DeltaMagnitude(before.Length, Math.Sqrt(sum), max, dimensions == 0 ? 0 : (double)before.Length / dimensions);
    }
}
