namespace OrleansTemporal.Series;

/// <summary>
/// One speed of robust exponential smoothing with a trend: what is further off than two deviations is taken for that, and the
/// deviation is a bounded mean (Gelper, Fried and Croux, "Robust forecasting with exponential and Holt-Winters smoothing",
/// 2010). Mutable; constant size.
/// </summary>
/// <param name="speed">The share of a residual that moves the level at once.</param>
internal struct AnomalyLevel(double speed)
{
    private const double CutAt = 2;

    // The mean of squares cut at four, of normal values, is this; so the bounded mean of squares is that of normal values.
    private const double MeanOfCut = 0.9205;
    private const double SlowestDeviation = 0.01;
    private const double SpeedOfTrend = 0.1;

    /// <summary>The level without season.</summary>
    public double Level { get; set; }

    /// <summary>Change of the level for each point.</summary>
    public double Slope { get; set; }

    /// <summary>Standard deviation of residuals, as far as these are normal.</summary>
    public double Deviation { get; set; }

    /// <summary>What comes next, without season.</summary>
    public readonly double Next => Level + Slope;

    /// <summary>How many deviations a residual is; a million when nothing ever moved and something does now.</summary>
    public readonly double DeviationsOf(double residual) => residual == 0 ? 0 : Math.Min(1e6, Math.Abs(residual) / Deviation);

    /// <summary>Moves on to a point.</summary>
    /// <param name="residual">What was off <see cref="Next"/>, without season.</param>
    /// <param name="count">Points before it.</param>
    public void Learn(double residual, long count)
    {
        var cut = Math.Clamp(residual, -CutAt * Deviation, CutAt * Deviation);
        Level = Next + (speed * cut);
        Slope += speed * speed * SpeedOfTrend * cut;
        var squares = Math.Min(DeviationsOf(residual), CutAt);
        Deviation *= Math.Sqrt(1 + (Math.Max(1.0 / (count + 1), SlowestDeviation) * ((squares * squares / MeanOfCut) - 1)));
    }
}
