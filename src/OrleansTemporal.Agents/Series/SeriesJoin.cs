using System.Collections.Immutable;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

/// <summary>
/// One page of a join. Both streams are gone through once, in order; of the other one those points are held that may still be
/// joined, by key. Not thread-safe.
/// </summary>
internal sealed class SeriesJoin(SeriesJoinQuery query, SeriesFeed left, Func<long, SeriesFeed> rightFrom)
{
    private readonly Dictionary<string, string> keys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Queue<SeriesPoint>> held = new(StringComparer.Ordinal);
    private readonly Queue<Queue<SeriesPoint>> order = new();
    private readonly List<SeriesJoinRow> rows = [];
    private readonly bool isInterval = query.Kind == SeriesJoinKind.Interval;
    private readonly long within = query.Within ?? long.MaxValue;
    private SeriesFeed? right;

    /// <summary>The rows, and where the next page goes on; null at the end.</summary>
    public async ValueTask<(ImmutableArray<SeriesJoinRow> Rows, SeriesJoinCursor? Next)> RunAsync(CancellationToken cancellationToken)
    {
        var (last, looked) = (default(SeriesPoint), 0);
        while (await left.NextAsync(cancellationToken).ConfigureAwait(false) is { } point)
        {
            if (query.After is { } after && (point < after.Left || (point.CompareTo(after.Left) == 0 && after.Right is null)))
            {
                continue;
            }

            if (looked++ == Limits.SeriesJoinScanMax)
            {
                return ([.. rows], new SeriesJoinCursor(last, null));
            }

            last = point;
            right ??= rightFrom(isInterval || query.Within is not null ? Minus(point.Time, within) : long.MinValue);
            await AdvanceAsync(point.Time, cancellationToken).ConfigureAwait(false);
            foreach (var other in MatchesOf(point))
            {
                if (query.After is { Right: { } seen } place && point.CompareTo(place.Left) == 0 && other <= seen)
                {
                    continue;
                }

                if (rows.Count == query.Limit)
                {
                    return ([.. rows], new SeriesJoinCursor(rows[^1].Left, rows[^1].Right));
                }

                rows.Add(new SeriesJoinRow(point, other));
            }
        }

        return ([.. rows], null);
    }

    private static long Minus(long time, long distance) => time < long.MinValue + distance ? long.MinValue : time - distance;

    private static long Plus(long time, long distance) => time > long.MaxValue - distance ? long.MaxValue : time + distance;

    private IEnumerable<SeriesPoint> MatchesOf(SeriesPoint point)
    {
        if (!held.TryGetValue(KeyOf(point.Series), out var others))
        {
            return [];
        }

        // Of the other kind one is held for each key, which may be too old by now.
        return isInterval ? others : others.Where(other => other.Time >= Minus(point.Time, within));
    }

    // Lets go of what is too old for everything that comes, takes in what may be joined from now on.
    private async ValueTask AdvanceAsync(long time, CancellationToken cancellationToken)
    {
        var oldest = Minus(time, within);
        while (isInterval && order.TryPeek(out var first) && first.Peek().Time < oldest)
        {
            order.Dequeue().Dequeue();
        }

        var newest = isInterval ? Plus(time, within) : time;
        while (await right!.PeekAsync(cancellationToken).ConfigureAwait(false) is { } point && point.Time <= newest)
        {
            await right.NextAsync(cancellationToken).ConfigureAwait(false);
            if (point.Time >= oldest)
            {
                Hold(point);
            }
        }
    }

    private void Hold(SeriesPoint point)
    {
        var key = KeyOf(point.Series);
        if (!held.TryGetValue(key, out var same))
        {
            held[key] = same = new Queue<SeriesPoint>();
        }

        if (isInterval)
        {
            order.Enqueue(same);
        }
        else
        {
            same.Clear();
        }

        same.Enqueue(point);
        var count = isInterval ? order.Count : held.Count;
        if (count > Limits.SeriesJoinHeldMax)
        {
            throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.QueryTooLarge, $"More than {Limits.SeriesJoinHeldMax} points of '{query.With}' lie within the distance of one point; name a smaller one.")
            {
                Field = "within",
                Limit = Limits.SeriesJoinHeldMax,
            };
        }
    }

    private string KeyOf(string series)
    {
        if (!keys.TryGetValue(series, out var key))
        {
            keys[series] = key = query.On.IsEmpty ? "" : SeriesKey.Parse(series).Tags.Only(query.On).Text;
        }

        return key;
    }
}
