namespace OrleansTemporal.Series;

/// <summary>
/// How likely residuals are, from those before: normal in the middle, and beyond a threshold as often and as far as excesses
/// over it have come (peaks over a threshold, as SPOT does it: Siffer and others, KDD 2017, with the exponential tail). One
/// excess counts for at most twice the usual, so an anomaly does not hide the next. Mutable; constant size.
/// </summary>
internal struct AnomalyTail()
{
    /// <summary>Deviations beyond which the tail begins.</summary>
    public const double Threshold = 2.5;

    private const double PriorPoints = 200;
    private const double PriorExcesses = 20;
    private const double ForgetsPoints = 0.002;
    private const double ForgetsExcesses = 0.02;
    private const double ExcessesMax = 2;

    // The mean of exponential excesses cut at twice their mean is this share of it.
    private const double MeanOfCut = 0.8647;

    private static readonly double NormalShare = GaussianTail.TwoSided(Threshold);

    private double share = NormalShare;
    private double excess = 0.4;
    private double points = PriorPoints;
    private double excesses = PriorExcesses;

    /// <summary>The share of points at least so many deviations off.</summary>
    public readonly double PValueOf(double deviations)
    {
        if (deviations > Threshold)
        {
            return Math.Max(1e-300, share * Math.Exp(-(deviations - Threshold) / excess));
        }

        // What is not in the tail is in the middle, whose shape is the normal one's.
        return 1 - ((1 - share) * (1 - GaussianTail.TwoSided(deviations)) / (1 - NormalShare));
    }

    /// <summary>Takes a residual in.</summary>
    public void Learn(double deviations)
    {
        points++;
        var isBeyond = deviations > Threshold;
        share += Math.Max(1 / points, ForgetsPoints) * ((isBeyond ? 1 : 0) - share);
        if (isBeyond)
        {
            excesses++;
            excess += Math.Max(1 / excesses, ForgetsExcesses) * ((Math.Min(deviations - Threshold, ExcessesMax * excess) / MeanOfCut) - excess);
        }
    }
}
