using OrleansTemporal.Sketches;

namespace OrleansTemporal.Series;

/// <summary>Centre and spread that half of the values being wrong can not move far (Huber, "Robust Statistics", 1981).</summary>
internal static class RobustStatistics
{
    /// <summary>What the median of absolute deviations is multiplied by to be the standard deviation of normal values.</summary>
    public const double DeviationOfMedian = 1.4826022185056018;

    /// <summary>The median of finite values, which it moves; of an even number the middle between two, NaN of none.</summary>
    public static double Median(Span<double> values)
    {
        if (values.IsEmpty)
        {
            return double.NaN;
        }

        var middle = values.Length / 2;
        var upper = Selection.Select(values, middle);
        if (values.Length % 2 != 0)
        {
            return upper;
        }

        // Halved first, so that two huge ones don't overflow.
        return (Selection.Select(values, middle - 1) / 2) + (upper / 2);
    }

    /// <summary>The standard deviation that normal values with this median of absolute values would have; moves them.</summary>
    public static double DeviationAround(Span<double> values, double centre)
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Math.Abs(values[i] - centre);
        }

        return DeviationOfMedian * Median(values);
    }

    /// <summary>The value that a share of the values, 0 to 1, is not above; moves them.</summary>
    public static double Quantile(Span<double> values, double share) =>
        values.IsEmpty ? double.NaN : Selection.Select(values, Math.Clamp((int)Math.Ceiling(share * values.Length) - 1, 0, values.Length - 1));
}
