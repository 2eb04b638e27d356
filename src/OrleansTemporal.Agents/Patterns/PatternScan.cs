using System.Runtime.CompilerServices;
using OrleansTemporal.Agents;
using OrleansTemporal.Errors;
using OrleansTemporal.Series;

namespace OrleansTemporal.Patterns;

/// <summary>Finds the matches of a span by reading the points of it and of twice the pattern's time before it, in order.</summary>
internal sealed class PatternScan
{
    private readonly PatternDefinition definition;
    private readonly PatternSpan span;
    private readonly long certain;
    private readonly long end;
    private readonly List<(string Stream, SeriesFeed Feed)> feeds = [];
    private readonly Dictionary<(string Stream, string Series), (string Key, bool IsFirst, bool IsThen)> known = [];

    public PatternScan(SeriesService series, string workspace, PatternDefinition definition, PatternSpan span, long certain)
    {
        (this.definition, this.span, this.certain) = (definition, span, certain);
        end = Plus(span.Last, definition.Within);
        var from = Plus(span.First, -2 * definition.Within);
        foreach (var stream in definition.Conditions.GroupBy(static condition => condition.Stream, StringComparer.Ordinal))
        {
            var fields = stream.Select(static condition => condition.Field).Distinct(StringComparer.Ordinal).ToArray();
            var query = new SeriesPointsQuery
            {
                Selector = new SeriesSelector { Field = fields.Length == 1 ? fields[0] : null, From = from, To = Plus(end, 1) },
                Limit = Limits.PageCountMax,
            };
            feeds.Add((stream.Key, new SeriesFeed((page, cancellationToken) => ReadAsync(series, workspace, stream.Key, page, cancellationToken), query)));
        }
    }

    /// <summary>The matches of the span.</summary>
    public async IAsyncEnumerable<PatternMatch> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var matcher = new PatternMatcher(definition.Kind, definition.Count, definition.Within);
        while (await NextAsync(cancellationToken).ConfigureAwait(false) is { } next)
        {
            var (key, isFirst, isThen) = MeaningOf(next.Stream, next.Point.Series);
            isFirst = isFirst && definition.First.Holds(next.Point.Value);
            isThen = isThen && definition.Then!.Holds(next.Point.Value);
            if ((isFirst || isThen) && matcher.Feed(next.Point.Time, key, isFirst, isThen, next.Point.Value) is { } match && IsMeant(match))
            {
                yield return match;
            }

            while (matcher.Expire(Math.Min(certain, next.Point.Time)) is { } absence)
            {
                if (IsMeant(absence))
                {
                    yield return absence;
                }
            }
        }

        while (matcher.Expire(Math.Min(certain, end)) is { } absence)
        {
            if (IsMeant(absence))
            {
                yield return absence;
            }
        }
    }

    /// <summary>A time and a distance, which stops at the ends of time.</summary>
    internal static long Plus(long time, long distance) => (long)Int128.Clamp((Int128)time + distance, long.MinValue, long.MaxValue);

    private static async ValueTask<SeriesPointsPage> ReadAsync(SeriesService series, string workspace, string stream, SeriesPointsQuery query, CancellationToken cancellationToken)
    {
        try
        {
            return await series.ReadAsync(CallContext.Local, workspace, stream, query, cancellationToken).ConfigureAwait(false);
        }
        catch (TemporalException windows) when (windows.Code == ErrorCodes.HistoryExpired && query.Selector.From != long.MinValue)
        {
            // No match is found any more among points that have become windows; nor are there new ones.
            return await ReadAsync(series, workspace, stream, query with { Selector = query.Selector with { From = long.MinValue }, After = null }, cancellationToken).ConfigureAwait(false);
        }
        catch (TemporalException nothing) when (nothing.Code == ErrorCodes.StreamNotFound)
        {
            return new SeriesPointsPage { Series = [], Rows = [], Times = [], Values = [], HasMore = false, SystemTime = default };
        }
    }

    private bool IsMeant(PatternMatch match) => match.Time >= span.First && match.Time <= span.Last;

    private async ValueTask<(string Stream, SeriesPoint Point)?> NextAsync(CancellationToken cancellationToken)
    {
        (string Stream, SeriesFeed Feed, SeriesPoint Point)? first = null;
        foreach (var (stream, feed) in feeds)
        {
            if (await feed.PeekAsync(cancellationToken).ConfigureAwait(false) is { } point && (first is null || point.Time < first.Value.Point.Time))
            {
                first = (stream, feed, point);
            }
        }

        if (first is not { } found)
        {
            return null;
        }

        await found.Feed.NextAsync(cancellationToken).ConfigureAwait(false);
        return (found.Stream, found.Point);
    }

    private (string Key, bool IsFirst, bool IsThen) MeaningOf(string stream, string series)
    {
        if (!known.TryGetValue((stream, series), out var meaning))
        {
            var key = SeriesKey.Parse(series);
            known[(stream, series)] = meaning = (key.Tags.Only(definition.On).Text, Names(definition.First, stream, key), definition.Then is { } then && Names(then, stream, key));
        }

        return meaning;
    }

    private static bool Names(PatternCondition condition, string stream, SeriesKey key) =>
        condition.Stream == stream && (condition.Field is null || condition.Field == key.Field) && condition.Tags.All(tag => (key.Tags[tag.Key] ?? "") == tag.Value);
}
