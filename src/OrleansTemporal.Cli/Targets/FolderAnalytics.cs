using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Hosting;
using OrleansTemporal.Patterns;
using OrleansTemporal.Series;

namespace OrleansTemporal.Targets;

/// <summary>Questions about streams of a data folder in this process.</summary>
internal sealed class FolderAnalytics(TemporalDatabase database, string workspace) : ISeriesAnalytics
{
    private static CallContext Call => CallContext.Local;

    public async IAsyncEnumerable<SeriesJoinRow> JoinAsync(string stream, SeriesJoinQuery query, long countMax, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (countMax > 0)
        {
            var page = await database.SeriesService.JoinAsync(Call, workspace, stream, query with { Limit = (int)Math.Min(countMax, Limits.PageCountMax) }, cancellationToken);
            foreach (var row in page.Rows)
                yield return row;
            countMax -= page.Rows.Length;
            if (page.Next is null)
                yield break;
            query = query with { After = page.Next, AsOf = AsOf.At(page.SystemTime) };
        }
    }

    public async IAsyncEnumerable<SeriesAnomaly> ScoreAsync(string stream, SeriesAnomalyQuery query, long countMax, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (countMax > 0)
        {
            var page = await database.SeriesService.ScoreAsync(Call, workspace, stream, query with { Limit = (int)Math.Min(countMax, Limits.PageCountMax) }, cancellationToken);
            foreach (var row in page.Rows)
                yield return row;
            countMax -= page.Rows.Length;
            if (!page.HasMore)
                yield break;
            query = query with { After = page.Rows[^1].Point, AsOf = AsOf.At(page.SystemTime) };
        }
    }

    public async Task<SeriesTrend> TrendAsync(string stream, SeriesTrendQuery query, CancellationToken cancellationToken) =>
        await database.SeriesService.TrendAsync(Call, workspace, stream, query, cancellationToken);

    public async Task<ImmutableArray<SeriesCorrelation>> CorrelateAsync(string stream, SeriesCorrelationQuery query, CancellationToken cancellationToken) =>
        (await database.SeriesService.CorrelateAsync(Call, workspace, stream, query, cancellationToken)).Rows;

    public async Task LinkAsync(string stream, ImmutableArray<SeriesLink> links, CancellationToken cancellationToken) =>
        await database.SeriesService.LinkAsync(Call, workspace, stream, links, cancellationToken);

    public async Task<bool> PutPatternAsync(string name, PatternDefinition definition, CancellationToken cancellationToken) =>
        (await database.Patterns.PutAsync(Call, workspace, name, definition, cancellationToken)).IsNew;

    public async IAsyncEnumerable<PatternInfo> PatternsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var pattern in await database.Patterns.ListAsync(Call, workspace, null, Limits.PatternsMax, cancellationToken))
            yield return pattern;
    }

    public async Task DeletePatternAsync(string name, CancellationToken cancellationToken) =>
        await database.Patterns.DeleteAsync(Call, workspace, name, cancellationToken);
}
