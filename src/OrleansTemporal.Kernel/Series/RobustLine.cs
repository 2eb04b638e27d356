namespace OrleansTemporal.Series;

/// <summary>
/// The slope that the most pairs of values agree on (Theil, 1950; Sen, 1968), over pairs that are whole seasons apart, so
/// that the season does not tilt it (Hirsch, Slack and Smith, 1982).
/// </summary>
internal static class RobustLine
{
    // Above so many pairs only some distances are looked at, evenly chosen.
    private const int PairsMax = 200_000;

    /// <summary>Change for each step; 0 where no two values are a season apart.</summary>
    /// <param name="values">One for each step, NaN where there is none; small enough that a difference is finite.</param>
    /// <param name="period">Steps of a season, 1 for none.</param>
    public static double SlopeOf(ReadOnlySpan<double> values, int period)
    {
        var distances = (values.Length - 1) / period;
        var pairs = (long)distances * (values.Length + period) / 2;
        var stride = (int)((pairs + PairsMax - 1) / PairsMax);
        var slopes = new List<double>((int)Math.Min(pairs, PairsMax) + values.Length);
        for (var distance = distances; distance > 0; distance -= Math.Max(1, stride))
        {
            var steps = distance * period;
            for (var i = 0; i + steps < values.Length; i++)
            {
                var change = values[i + steps] - values[i];
                if (!double.IsNaN(change))
                {
                    slopes.Add(change / steps);
                }
            }
        }

        return slopes.Count == 0 ? 0 : RobustStatistics.Median(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(slopes));
    }
}
