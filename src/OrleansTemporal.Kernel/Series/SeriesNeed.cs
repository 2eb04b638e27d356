using System.Collections.Immutable;

namespace OrleansTemporal.Series;

/// <summary>Finds out what functions need.</summary>
public static class SeriesNeed
{
    /// <summary>What functions need together.</summary>
    public static SeriesNeeds Of(ImmutableArray<SeriesFunction> functions)
    {
        var needs = SeriesNeeds.None;
        foreach (var function in functions)
        {
            needs |= function.Kind switch
            {
                SeriesFunctionKind.Sum or SeriesFunctionKind.Avg => SeriesNeeds.Sums,
                SeriesFunctionKind.Min or SeriesFunctionKind.Max => SeriesNeeds.Extremes,
                SeriesFunctionKind.StdDev => SeriesNeeds.Moments,
                SeriesFunctionKind.Rate => SeriesNeeds.Rate,
                SeriesFunctionKind.Percentile => SeriesNeeds.Quantiles,
                _ => SeriesNeeds.None,
            };
        }

        return needs;
    }
}
