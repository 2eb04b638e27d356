namespace OrleansTemporal.Series;

/// <summary>What a point is worth beside those before it.</summary>
/// <param name="Score">0 for what was to be expected, towards 1 the further off it is; ½ where one point in a thousand is as far off.</param>
/// <param name="PValue">The share of points that are at least as far off when nothing has happened; 1 while there is nothing to compare with.</param>
/// <param name="Expected">The value that was to be expected; NaN while there is nothing to compare with.</param>
public readonly record struct AnomalyReading(double Score, double PValue, double Expected)
{
    // Orders of magnitude of a p-value whose score is a half.
    private const double HalfAt = 3;

    /// <summary>A point that there is nothing to compare with.</summary>
    public static AnomalyReading Unknown => new(0, 1, double.NaN);

    /// <summary>The score of a p-value: q² / (1 + q²) for q = −log10(p) / 3.</summary>
    public static double ScoreOf(double pValue)
    {
        var q = -Math.Log10(Math.Clamp(pValue, 1e-300, 1)) / HalfAt;
        return q * q / (1 + (q * q));
    }
}
