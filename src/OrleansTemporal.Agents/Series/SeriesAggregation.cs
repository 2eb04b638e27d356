using System.Collections.Immutable;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

/// <summary>Aggregates of series by group and window.</summary>
internal static class SeriesAggregation
{
    /// <summary>Computes the rows of a query.</summary>
    public static async ValueTask<SeriesAggregatePage> RunAsync(
        SeriesMoment moment, SeriesAggregateQuery query, ImmutableArray<SeriesFunction> functions, TimeZoneInfo? zone, CancellationToken cancellationToken)
    {
        RequireOneField(moment);
        var needs = SeriesNeed.Of(functions);
        var rows = ImmutableArray.CreateBuilder<SeriesAggregateRow>();
        var tally = new SeriesTally();
        foreach (var group in GroupsOf(moment, query.GroupBy))
        {
            var fold = WindowFold.Of(query.Window, zone, needs);
            if (fold.NeedsOrder && group.Value.Count > 1)
            {
                await AddInOrderAsync(moment, group.Value, query.Selector, fold, tally, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                foreach (var rank in group.Value)
                {
                    await AddAsync(moment, rank, query.Selector, fold, tally, cancellationToken).ConfigureAwait(false);
                }
            }

            rows.AddRange(fold.Rows(group.Key, functions).Select(row => Within(row, query)));
            if (rows.Count > Limits.SeriesWindowsMax)
            {
                throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.QueryTooLarge, $"The groups have more than {Limits.SeriesWindowsMax} windows together.")
                {
                    Field = "groupBy",
                    Limit = Limits.SeriesWindowsMax,
                };
            }
        }

        return new SeriesAggregatePage { Rows = rows.DrainToImmutable(), SystemTime = moment.SystemTime, Plan = tally.ToPlan(moment.Series.Length), Kept = moment.Kept };
    }

    // Degrees and percent added up mean nothing.
    private static void RequireOneField(SeriesMoment moment)
    {
        foreach (var view in moment.Series)
        {
            if (view.Key.Field != moment.Series[0].Key.Field)
            {
                throw new TemporalException(
                    ErrorKind.Invalid, ErrorCodes.InvalidField, $"The stream has several fields, '{moment.Series[0].Key.Field}' and '{view.Key.Field}' among them; name one.")
                {
                    Field = "field",
                };
            }
        }
    }

    // By the text of the group's tags: the ranks of its series, ascending.
    private static SortedDictionary<string, List<int>> GroupsOf(SeriesMoment moment, ImmutableArray<string> groupBy)
    {
        var groups = new SortedDictionary<string, List<int>>(StringComparer.Ordinal);
        for (var rank = 0; rank < moment.Series.Length; rank++)
        {
            var text = groupBy.IsEmpty ? "" : moment.Series[rank].Key.Tags.Only(groupBy).Text;
            if (!groups.TryGetValue(text, out var ranks))
            {
                groups[text] = ranks = [];
            }

            ranks.Add(rank);
        }

        return groups;
    }

    private static async ValueTask AddAsync(SeriesMoment moment, int rank, SeriesSelector selector, WindowFold fold, SeriesTally tally, CancellationToken cancellationToken)
    {
        using var reader = await moment.OpenAsync(moment.Series[rank], selector, SeriesWindows.Give, cancellationToken).ConfigureAwait(false);
        while (reader.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (reader.HasWindows)
            {
                await reader.LoadAsync(cancellationToken).ConfigureAwait(false);
                AddWindows(reader, rank, fold);
                tally.ChunksRolledUp += reader.ChunkCount;
            }
            else if (reader.Summary is { } summary && fold.TryAdd(summary, rank))
            {
                tally.ChunksSummed++;
            }
            else if (fold.TryAdd(reader.Slices, rank))
            {
                tally.ChunksRolledUp++;
            }
            else
            {
                await reader.LoadAsync(cancellationToken).ConfigureAwait(false);
                reader.Read(out var times, out var values);
                fold.Add(times, values, rank);
                tally.ChunksDecoded += reader.ChunkCount;
                tally.PointsRead += times.Length;
            }
        }
    }

    private static void AddWindows(SeriesReader reader, int rank, WindowFold fold)
    {
        foreach (var window in reader.ReadWindows())
        {
            if (!reader.IsWithin(window) || !fold.TryAdd(window, rank))
            {
                throw reader.OnlyWindows(window.FirstTime);
            }
        }
    }

    private static async ValueTask AddInOrderAsync(
        SeriesMoment moment, List<int> ranks, SeriesSelector selector, WindowFold fold, SeriesTally tally, CancellationToken cancellationToken)
    {
        using var merge = await SeriesMerge.OpenAsync(moment, ranks.Select(rank => moment.Series[rank]), selector, SeriesWindows.Give, cancellationToken).ConfigureAwait(false);
        for (var count = 0; await merge.MoveNextAsync(cancellationToken).ConfigureAwait(false); count++)
        {
            if (count % 4_096 == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            fold.Add([merge.Time], [merge.Value], ranks[merge.Rank]);
            tally.PointsRead++;
        }
    }

    // The one window over everything is the range that was asked for, as far as it has ends.
    private static SeriesAggregateRow Within(SeriesAggregateRow row, SeriesAggregateQuery query) => query.Window.Kind != Windows.WindowKind.Whole
        ? row
        : row with
        {
            Start = query.Selector.From == long.MinValue ? row.Start : query.Selector.From,
            End = query.Selector.To == long.MaxValue ? row.End : query.Selector.To,
        };
}
