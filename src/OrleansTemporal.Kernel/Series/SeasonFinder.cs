namespace OrleansTemporal.Series;

/// <summary>
/// Finds after how many steps a series repeats: a peak of its autocorrelation (Box and Jenkins, 1970) that lies clearly above
/// the valley before it, whose half is clearly further away than itself. Outliers are cut to three deviations first.
/// </summary>
public static class SeasonFinder
{
    // A season has to be there three times, and more than twice as often as two values are apart.
    private const int CyclesMin = 3;
    private const int PeriodMin = 2;
    private const double HeightMin = 0.2;
    private const double LowerThanBest = 0.1;
    private const double CloserThanHalf = 0.8;
    private const double CutAt = 3;
    private const int Neighbourhood = 6;

    // What is left of the largest value by rounding is no movement.
    private const double Rounding = 1e-12;

    /// <summary>The period in steps; 1 when there is none.</summary>
    /// <param name="values">One for each step, NaN where there is none. Costs n·log n.</param>
    public static int Find(ReadOnlySpan<double> values)
    {
        var lagMax = values.Length / CyclesMin;
        if (lagMax < PeriodMin || Prepare(values) is not var (prepared, present))
        {
            return 1;
        }

        var correlations = Correlate(prepared, present, lagMax + 1);
        var (best, valley) = (0.0, 1.0);
        List<(int Period, double Height)> peaks = [];
        for (var lag = 1; lag <= lagMax; lag++)
        {
            var height = correlations[lag];
            valley = Math.Min(valley, height);
            var isPeak = lag >= PeriodMin && height >= correlations[lag - 1] && height >= correlations[lag + 1];
            var needed = Math.Max(HeightMin, 4 / Math.Sqrt(values.Length - lag));
            if (isPeak && height > needed && height - valley > needed && Repeats(prepared, present, lag))
            {
                peaks.Add((lag, height));
                best = Math.Max(best, height);
            }
        }

        // Twice a season is a season as well; the first that is about as good is meant.
        var enough = best - Math.Max(LowerThanBest * best, 3 / Math.Sqrt(values.Length));
        return peaks.Find(peak => peak.Height >= enough).Period is > 0 and var period ? Sharpen(correlations, period, lagMax) : 1;
    }

    // Noise moves a broad peak; that of several seasons is as broad and further away, so together they say it better.
    private static int Sharpen(double[] correlations, int period, int lagMax)
    {
        var (best, sharpest) = (double.NegativeInfinity, period);
        for (var candidate = Math.Max(PeriodMin, period - (period / Neighbourhood)); candidate <= Math.Min(lagMax, period + (period / Neighbourhood)); candidate++)
        {
            var height = 0.0;
            for (var lag = candidate; lag <= lagMax; lag += candidate)
            {
                height += correlations[lag];
            }

            height /= lagMax / candidate;
            (best, sharpest) = height > best ? (height, candidate) : (best, sharpest);
        }

        return sharpest;
    }

    // Without slope and median, cut, and between minus one and one; 0 where there is no value. Null when nothing moves.
    private static (double[] Values, double[] Present)? Prepare(ReadOnlySpan<double> values)
    {
        var scale = 0.0;
        foreach (var value in values)
        {
            scale = Math.Max(scale, double.IsNaN(value) ? 0 : Math.Abs(value));
        }

        if (scale == 0)
        {
            return null;
        }

        var (scaled, present) = (new double[values.Length], new double[values.Length]);
        for (var i = 0; i < values.Length; i++)
        {
            scaled[i] = values[i] / scale;
            present[i] = double.IsNaN(values[i]) ? 0 : 1;
        }

        var slope = RobustLine.SlopeOf(scaled, Math.Max(1, values.Length / 3));
        var known = new List<double>(values.Length);
        for (var i = 0; i < scaled.Length; i++)
        {
            scaled[i] -= slope * i;
            if (present[i] > 0)
            {
                known.Add(scaled[i]);
            }
        }

        var span = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(known);
        var centre = RobustStatistics.Median(span);
        var cut = CutAt * RobustStatistics.DeviationAround(span, centre);
        var any = false;
        for (var i = 0; i < scaled.Length; i++)
        {
            var value = present[i] > 0 ? scaled[i] - centre : 0;
            any |= Math.Abs(value) > Rounding;
            scaled[i] = cut > Rounding ? Math.Clamp(value, -cut, cut) / cut : value;
        }

        return any ? (scaled, present) : null;
    }

    private static double[] Correlate(double[] values, double[] present, int count)
    {
        // The mean goes as well: of spikes that are always up it is not the median.
        var mean = values.Sum() / present.Sum();
        var centred = values.Select((value, i) => present[i] > 0 ? value - mean : 0).ToArray();
        var (products, pairs) = (new double[count + 1], new double[count + 1]);
        FourierTransform.Autoproducts(centred, products);
        FourierTransform.Autoproducts(present, pairs);
        var variance = products[0] / pairs[0];
        for (var lag = 0; lag < products.Length; lag++)
        {
            products[lag] = variance > 0 && pairs[lag] > 0.5 ? products[lag] / pairs[lag] / variance : 0;
        }

        return products;
    }

    // A walk at random is further away the longer it goes; a season is nearer after itself than after its half.
    private static bool Repeats(double[] values, double[] present, int period) =>
        DistanceOf(values, present, period) < CloserThanHalf * Math.Max(DistanceOf(values, present, period / 2), DistanceOf(values, present, (period + 1) / 2));

    private static double DistanceOf(double[] values, double[] present, int lag)
    {
        var (sum, count) = (0.0, 0.0);
        for (var i = lag; i < values.Length; i++)
        {
            var both = present[i] * present[i - lag];
            sum += both * Math.Abs(values[i] - values[i - lag]);
            count += both;
        }

        return count > 0 ? sum / count : 0;
    }
}
