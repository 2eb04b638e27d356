using System.Runtime.CompilerServices;
using OrleansTemporal.Causality;
using OrleansTemporal.Import;
using OrleansTemporal.Series;

namespace OrleansTemporal.Targets;

internal sealed partial class FolderTarget
{
    public async Task WritePointsAsync(string stream, IReadOnlyList<SeriesRow> rows, CancellationToken cancellationToken)
    {
        var batch = new SeriesBatch();
        foreach (var row in rows)
        {
            foreach (var (field, value) in row.Fields)
                batch.Add(row.Tags, field, row.Time, value);
        }

        await database.SeriesService.WriteAsync(Call, workspace, stream, batch, cancellationToken);
    }

    public async IAsyncEnumerable<string> StreamsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        while (true)
        {
            var page = await database.SeriesService.ListAsync(Call, workspace, after, PageCount, cancellationToken);
            foreach (var name in page)
                yield return name;
            if (page.Length < PageCount)
                yield break;
            after = page[^1];
        }
    }

    public async Task<SeriesStreamInfo> DescribeStreamAsync(string stream, CancellationToken cancellationToken) =>
        await database.SeriesService.DescribeAsync(Call, workspace, stream, cancellationToken);

    public async IAsyncEnumerable<SeriesFound> PointsAsync(
        string stream, SeriesSelector selector, AsOf asOf, bool isCoarse, long countMax, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = new SeriesPointsQuery { Selector = selector, AsOf = asOf, IsCoarse = isCoarse };
        while (countMax > 0)
        {
            var page = await database.SeriesService.ReadAsync(
                Call, workspace, stream, query with { Limit = (int)Math.Min(countMax, Limits.PageCountMax) }, cancellationToken);
            var keys = page.Series.Select(SeriesKey.Parse).ToArray();
            for (var i = 0; i < page.Rows.Length; i++)
                yield return new SeriesFound(new EventTime(page.Times[i]), keys[page.Rows[i]].Tags, keys[page.Rows[i]].Field, page.Values[i], page.Kept.ResolutionAt(page.Times[i]));
            countMax -= page.Rows.Length;
            if (!page.HasMore)
                yield break;
            query = query with
            {
                Selector = selector with { From = page.Times[^1] },
                After = page.Series[page.Rows[^1]],
                AsOf = asOf.Sequence is null ? AsOf.At(page.SystemTime) : asOf,
            };
        }
    }

    public async IAsyncEnumerable<SeriesAggregateRow> AggregateAsync(string stream, SeriesAsk ask, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var page = await database.SeriesService.AggregateAsync(Call, workspace, stream, ask.ToQuery(), cancellationToken);
        foreach (var row in page.Rows)
            yield return row;
    }
}
