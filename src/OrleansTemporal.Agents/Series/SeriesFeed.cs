namespace OrleansTemporal.Series;

/// <summary>Points of a stream in order, read page by page as of one moment; holds one page. Not thread-safe.</summary>
internal sealed class SeriesFeed(Func<SeriesPointsQuery, CancellationToken, ValueTask<SeriesPointsPage>> read, SeriesPointsQuery first)
{
    private SeriesPointsQuery? query = first;
    private SeriesPointsPage? page;
    private int at;

    /// <summary>The next point, which stays the next one; null at the end.</summary>
    public async ValueTask<SeriesPoint?> PeekAsync(CancellationToken cancellationToken)
    {
        while (page is null || at == page.Rows.Length)
        {
            if (query is null)
            {
                return null;
            }

            page = await read(query, cancellationToken).ConfigureAwait(false);
            at = 0;
            query = page.HasMore ? query with { Selector = query.Selector with { From = page.Times[^1] }, After = page.Series[page.Rows[^1]] } : null;
        }

        return new SeriesPoint(page.Series[page.Rows[at]], page.Times[at], page.Values[at]);
    }

    /// <summary>The next point, which is passed then; null at the end.</summary>
    public async ValueTask<SeriesPoint?> NextAsync(CancellationToken cancellationToken)
    {
        var point = await PeekAsync(cancellationToken).ConfigureAwait(false);
        at += point is null ? 0 : 1;
        return point;
    }
}
