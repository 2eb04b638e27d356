namespace OrleansTemporal.PromQl;

/// <summary>Numbers out of several numbers, by the rules of PromQL.</summary>
internal static class PromMath
{
    /// <summary>The sum, compensated for what each addition rounds off (Neumaier, 1974).</summary>
    public static double Sum(ReadOnlySpan<double> values)
    {
        var (sum, lost) = (0.0, 0.0);
        foreach (var value in values)
        {
            var next = sum + value;
            lost += Math.Abs(sum) >= Math.Abs(value) ? sum - next + value : value - next + sum;
            sum = next;
        }

        return double.IsFinite(sum) ? sum + lost : sum;
    }

    /// <summary>The mean; of numbers whose sum is beyond every double, the sum of their parts.</summary>
    public static double Average(ReadOnlySpan<double> values)
    {
        var sum = Sum(values);
        if (!double.IsInfinity(sum) || ContainsInfinity(values))
        {
            return sum / values.Length;
        }

        var mean = 0.0;
        for (var i = 0; i < values.Length; i++)
        {
            mean += (values[i] / (i + 1)) - (mean / (i + 1));
        }

        return mean;
    }

    /// <summary>The least that is a number; NaN when none is.</summary>
    public static double Least(ReadOnlySpan<double> values)
    {
        var least = values[0];
        foreach (var value in values)
        {
            least = value < least || double.IsNaN(least) ? value : least;
        }

        return least;
    }

    /// <summary>The greatest that is a number; NaN when none is.</summary>
    public static double Greatest(ReadOnlySpan<double> values)
    {
        var greatest = values[0];
        foreach (var value in values)
        {
            greatest = value > greatest || double.IsNaN(greatest) ? value : greatest;
        }

        return greatest;
    }

    /// <summary>The variance of a whole population (Welford, 1962).</summary>
    public static double Variance(ReadOnlySpan<double> values)
    {
        var (mean, squares) = (0.0, 0.0);
        for (var i = 0; i < values.Length; i++)
        {
            var off = values[i] - mean;
            mean += off / (i + 1);
            squares += off * (values[i] - mean);
        }

        return squares / values.Length;
    }

    /// <summary>
    /// A quantile, on the line between the two values around its rank; -Inf below 0, +Inf above 1. NaN is before all numbers.
    /// </summary>
    /// <param name="values">At least one; they are sorted.</param>
    /// <param name="share">Between 0 and 1.</param>
    public static double Quantile(Span<double> values, double share)
    {
        if (double.IsNaN(share) || share is < 0 or > 1)
        {
            return double.IsNaN(share) ? share : share < 0 ? double.NegativeInfinity : double.PositiveInfinity;
        }

        values.Sort();
        var rank = share * (values.Length - 1);
        var lower = (int)Math.Floor(rank);
        var upper = Math.Min(values.Length - 1, lower + 1);
        var weight = rank - lower;
        return (values[lower] * (1 - weight)) + (values[upper] * weight);
    }

    private static bool ContainsInfinity(ReadOnlySpan<double> values)
    {
        foreach (var value in values)
        {
            if (double.IsInfinity(value))
            {
                return true;
            }
        }

        return false;
    }
}
