using System.Collections.Immutable;
using OrleansTemporal.Patterns;
using OrleansTemporal.Series;

namespace OrleansTemporal.Targets;

/// <summary>Questions about streams beside each other, and standing ones.</summary>
internal interface ISeriesAnalytics
{
    /// <summary>Joined rows, page after page, at most <paramref name="countMax"/>.</summary>
    IAsyncEnumerable<SeriesJoinRow> JoinAsync(string stream, SeriesJoinQuery query, long countMax, CancellationToken cancellationToken);

    /// <summary>Scored points, page after page, at most <paramref name="countMax"/>.</summary>
    IAsyncEnumerable<SeriesAnomaly> ScoreAsync(string stream, SeriesAnomalyQuery query, long countMax, CancellationToken cancellationToken);

    Task<SeriesTrend> TrendAsync(string stream, SeriesTrendQuery query, CancellationToken cancellationToken);

    Task<ImmutableArray<SeriesCorrelation>> CorrelateAsync(string stream, SeriesCorrelationQuery query, CancellationToken cancellationToken);

    /// <summary>Says which streams belong to one.</summary>
    Task LinkAsync(string stream, ImmutableArray<SeriesLink> links, CancellationToken cancellationToken);

    /// <summary>Defines a pattern; true when there was none of that name.</summary>
    Task<bool> PutPatternAsync(string name, PatternDefinition definition, CancellationToken cancellationToken);

    /// <summary>The patterns of the workspace.</summary>
    IAsyncEnumerable<PatternInfo> PatternsAsync(CancellationToken cancellationToken);

    Task DeletePatternAsync(string name, CancellationToken cancellationToken);
}
