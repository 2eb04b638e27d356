using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;
using OrleansTemporal.Series;

namespace OrleansTemporal.Views;

/// <summary>The points of a stream as documents, for what is derived from them. Not thread-safe.</summary>
internal sealed class ViewPoints(IAgentDirectory directory, string workspace, string stream) : IViewSource
{
    private const int PointsPerPage = 100_000;
    private const int HeadsMax = 10_000;

    private readonly Dictionary<string, byte[]> heads = new(StringComparer.Ordinal);
    private SeriesRoute? route;

    /// <summary>Agents that the stream has, by partition.</summary>
    public ImmutableArray<IChronicleAgent> Agents => route?.Agents ?? [];

    /// <inheritdoc/>
    public IViewFeed NewFeed() => new ViewPointFeed(this);

    /// <inheritdoc/>
    public IViewSource Copy() => new ViewPoints(directory, workspace, stream) { route = route };

    /// <inheritdoc/>
    public async ValueTask LocateAsync(HybridTimestamp moment, CancellationToken cancellationToken)
    {
        var entry = await FindAsync(AsOf.Latest, cancellationToken).ConfigureAwait(false);
        if (entry is null)
        {
            await FindAsync(AsOf.At(moment), cancellationToken).ConfigureAwait(false);
            entry = await FindAsync(AsOf.Latest, cancellationToken).ConfigureAwait(false);
        }

        route = entry is null ? null : new SeriesRoute(directory, workspace, entry);
    }

    /// <inheritdoc/>
    public async ValueTask ScanAsync(
        HybridTimestamp moment, ReadOnlyMemory<byte> filter, Action<ImmutableArray<KvQueryRow>> take, Action begin, CancellationToken cancellationToken)
    {
        begin();
        foreach (var agent in Agents)
        {
            await foreach (var page in ReadAsync(agent, new SeriesSelector(), AsOf.At(moment), cancellationToken).ConfigureAwait(false))
            {
                // Since when they are there nobody needs to know: it was before the moment.
                take([.. page.Rows.Select((series, index) => RowOf(page.Series[series], page.Times[index], page.Values[index], moment))]);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<KvQueryRow?[]> ReadAsync(IReadOnlyList<string> keys, HybridTimestamp moment, CancellationToken cancellationToken)
    {
        var rows = new KvQueryRow?[keys.Count];
        var wanted = new List<(int Partition, string Series, long Time, int Index)>(keys.Count);
        for (var i = 0; i < rows.Length; i++)
        {
            if (route is not null && ViewPointDocument.TryReadKey(keys[i], out var time, out var series))
            {
                wanted.Add((route.PartitionOf(series), series, time, i));
            }
        }

        foreach (var part in wanted.GroupBy(static one => one.Partition))
        {
            var places = part.ToDictionary(static one => (one.Series, one.Time), static one => one.Index);
            if (!await TryFillAsync(Agents[part.Key], places, rows, moment, cancellationToken).ConfigureAwait(false))
            {
                foreach (var (place, index) in places)
                {
                    await TryFillAsync(Agents[part.Key], new() { [place] = index }, rows, moment, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        return rows;
    }

    /// <summary>All pages of what a selector means, in the order of time.</summary>
    public static async IAsyncEnumerable<SeriesPointsPage> ReadAsync(
        IChronicleAgent agent, SeriesSelector selector, AsOf asOf, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = new SeriesPointsQuery { Selector = selector, Limit = PointsPerPage, AsOf = asOf };
        while (true)
        {
            var page = await agent.ReadAsync(query, cancellationToken).ConfigureAwait(false);
            yield return page;
            if (!page.HasMore)
            {
                yield break;
            }

            query = query with { Selector = query.Selector with { From = page.Times[^1] }, After = page.Series[page.Rows[^1]] };
        }
    }

    /// <summary>A point as a document, with its key.</summary>
    public (string Key, byte[] Document) DocumentOf(string series, long time, double value)
    {
        if (!heads.TryGetValue(series, out var head))
        {
            if (heads.Count == HeadsMax)
            {
                heads.Clear();
            }

            heads.Add(series, head = ViewPointDocument.HeadOf(series));
        }

        return ViewPointDocument.Of(head, series, time, value);
    }

    // One look at the span of time that the points lie in; false when far more than them lie there.
    private async ValueTask<bool> TryFillAsync(
        IChronicleAgent agent, Dictionary<(string Series, long Time), int> places, KvQueryRow?[] rows, HybridTimestamp moment, CancellationToken cancellationToken)
    {
        ImmutableArray<string> series = [.. places.Keys.Select(static place => place.Series).Distinct()];
        var query = new SeriesSamplesQuery
        {
            Series = series,
            From = places.Keys.Min(static place => place.Time),
            To = places.Keys.Max(static place => place.Time) is < long.MaxValue and var last ? last + 1 : long.MaxValue,
            Limit = (4 * places.Count) + 16,
            AsOf = AsOf.At(moment),
        };
        var page = await agent.ReadSamplesAsync(query, cancellationToken).ConfigureAwait(false);
        for (int one = 0, at = 0; one < page.Counts.Length; one++)
        {
            for (var end = at + page.Counts[one]; at < end; at++)
            {
                if (places.TryGetValue((series[one], page.Times[at]), out var index))
                {
                    rows[index] = RowOf(series[one], page.Times[at], page.Values[at], default);
                }
            }
        }

        return !page.HasMore;
    }

    private KvQueryRow RowOf(string series, long time, double value, HybridTimestamp from)
    {
        var (key, document) = DocumentOf(series, time, value);
        return new KvQueryRow(key, WriteId.None, from, document);
    }

    private ValueTask<CatalogEntry?> FindAsync(AsOf asOf, CancellationToken cancellationToken) =>
        directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace)).FindAsync(AgentKind.Series, stream, asOf, cancellationToken);
}
