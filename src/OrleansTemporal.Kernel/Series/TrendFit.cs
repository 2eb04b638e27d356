using System.Runtime.InteropServices;

namespace OrleansTemporal.Series;

/// <summary>
/// A line, a season and what is left, of values that are evenly apart: the slope that most pairs agree on, medians by phase,
/// and a residual that forgets itself by a share each step. Robust; costs at most a few hundred thousand pairs.
/// </summary>
public sealed class TrendFit
{
    private const double Confidence = 0.95;
    private const double MemoryMax = 0.995;

    // The variance of a median of normal values beside that of their mean: π / 2.
    private const double VarianceOfMedian = 1.5707963267948966;

    private readonly double scale;
    private readonly double slope;
    private readonly double intercept;
    private readonly double[] profile;
    private readonly int count;
    private readonly double memory;
    private readonly double last;
    private readonly double halfWidth;

    private TrendFit(double scale, double slope, double intercept, double[] profile, double[] residuals)
    {
        (this.scale, this.slope, this.intercept, this.profile) = (scale, slope, intercept, profile);
        count = residuals.Length;
        var known = residuals.Where(double.IsFinite).ToArray();
        var cycles = Math.Max(1.0, (double)known.Length / profile.Length);
        var cut = RobustStatistics.Quantile([.. known.Select(Math.Abs)], Confidence);
        memory = MemoryOf(residuals, cut);
        last = known.Length == 0 ? 0 : Math.Clamp(known[^1], -cut, cut);

        // Medians fit the values that they are of better than others, the more so the fewer there are.
        var optimism = profile.Length == 1 ? 1 + (2.0 / Math.Max(1, known.Length)) : (1 + (VarianceOfMedian / cycles)) / Math.Max(0.2, 1 - (1 / cycles));
        halfWidth = known.Length == 0 ? 0 : cut * Math.Sqrt(optimism);
        var total = known.Length == 0 ? 0 : RobustStatistics.DeviationAround([.. known], 0);
        var spread = profile.Length == 1 ? 0 : Math.Sqrt(profile.Select(static offset => offset * offset).Average());
        Strength = spread == 0 ? 0 : spread / (spread + total);
    }

    /// <summary>Change for each step.</summary>
    public double Slope => slope * scale;

    /// <summary>The level at the first step.</summary>
    public double Intercept => intercept * scale;

    /// <summary>Steps of the season; 1 for none.</summary>
    public int Period => profile.Length;

    /// <summary>The season's offsets by phase, the first step's first.</summary>
    public IEnumerable<double> Profile => profile.Select(offset => offset * scale);

    /// <summary>How much of what moves around the line is the season: 0 for nothing, towards 1 for all of it.</summary>
    public double Strength { get; }

    /// <summary>Fits; the season is looked for.</summary>
    /// <param name="values">One for each step, NaN where there is none; at least one.</param>
    public static TrendFit Of(ReadOnlySpan<double> values)
    {
        var scale = 0.0;
        foreach (var value in values)
        {
            scale = Math.Max(scale, double.IsNaN(value) ? 0 : Math.Abs(value));
        }

        scale = scale == 0 ? 1 : scale;
        var scaled = new double[values.Length];
        for (var i = 0; i < scaled.Length; i++)
        {
            scaled[i] = values[i] / scale;
        }

        var period = SeasonFinder.Find(scaled);
        var slope = RobustLine.SlopeOf(scaled, period);
        var rest = scaled.Select((value, i) => value - (slope * i)).ToArray();
        var profile = ProfileOf(rest, period);
        for (var i = 0; i < rest.Length; i++)
        {
            rest[i] -= profile[i % period];
        }

        var intercept = RobustStatistics.Median([.. rest.Where(double.IsFinite)]);
        for (var i = 0; i < rest.Length; i++)
        {
            rest[i] -= intercept;
        }

        return new TrendFit(scale, slope, intercept, profile, rest);
    }

    /// <summary>What comes after the last step.</summary>
    /// <param name="steps">How many steps after it; from 1.</param>
    /// <returns>The value, and between what bounds 95 of 100 lie.</returns>
    public (double Value, double Low, double High) Forecast(int steps)
    {
        var at = count - 1 + steps;
        var remembered = Math.Pow(memory, steps);
        var value = intercept + (slope * at) + profile[at % profile.Length] + (remembered * last);

        // What is new since the last step, and what is not known of the line: its level, and its slope the more the further away.
        var middle = (count - 1) / 2.0;
        var spread = Math.Max(1, count * ((double)count * count - 1) / 12);
        var line = (1 + memory) / (1 - memory) * ((1.0 / count) + ((at - middle) * (at - middle) / spread));
        var half = halfWidth * Math.Sqrt(1 - (remembered * remembered) + line);
        return (value * scale, (value - half) * scale, (value + half) * scale);
    }

    private static double[] ProfileOf(double[] values, int period)
    {
        var profile = new double[period];
        for (var phase = 0; phase < period && period > 1; phase++)
        {
            var offsets = new List<double>();
            for (var i = phase; i < values.Length; i += period)
            {
                if (double.IsFinite(values[i]))
                {
                    offsets.Add(values[i]);
                }
            }

            profile[phase] = offsets.Count == 0 ? 0 : RobustStatistics.Median(CollectionsMarshal.AsSpan(offsets));
        }

        var centre = profile.Average();
        return [.. profile.Select(offset => offset - centre)];
    }

    // Correlation of a residual with the next.
    private static double MemoryOf(double[] residuals, double cut)
    {
        var (products, squares) = (0.0, 0.0);
        for (var i = 1; i < residuals.Length; i++)
        {
            var (before, now) = (Math.Clamp(residuals[i - 1], -cut, cut), Math.Clamp(residuals[i], -cut, cut));
            if (double.IsFinite(before) && double.IsFinite(now))
            {
                products += before * now;
                squares += (before * before / 2) + (now * now / 2);
            }
        }

        return squares == 0 ? 0 : Math.Clamp(products / squares, 0, MemoryMax);
    }
}
