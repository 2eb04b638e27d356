using OrleansTemporal.Windows;

namespace OrleansTemporal.Series;

/// <summary>The mean of a field by steps that are evenly long, NaN where there is no point.</summary>
/// <param name="Start">Event time of the first step, in nanoseconds.</param>
/// <param name="Step">Nanoseconds of a step.</param>
/// <param name="Values">One for each step, the first and the last of which have points.</param>
internal sealed record SeriesGrid(long Start, long Step, double[] Values)
{
    private const int RoundsMax = 6;

    /// <summary>Event time of a step.</summary>
    public long TimeOf(int index) => Start + (index * Step);

    /// <summary>
    /// Reads a grid: of the step that is asked for, or of the distance that points usually have, or longer ones where there are
    /// more than the grid may have. Costs a few aggregations. Null without points.
    /// </summary>
    public static async ValueTask<SeriesGrid?> ReadAsync(
        SeriesPointsQuery first, long? step, Func<SeriesAggregateQuery, ValueTask<SeriesAggregatePage>> aggregate, Func<SeriesPointsQuery, ValueTask<SeriesPointsPage>> read)
    {
        var head = await read(first with { Limit = 1 }).ConfigureAwait(false);
        if (head.Times.IsEmpty)
        {
            return null;
        }

        var query = new SeriesAggregateQuery { Selector = first.Selector with { From = head.Times[0] }, Functions = ["avg"], AsOf = first.AsOf };
        var all = (await aggregate(query).ConfigureAwait(false)).Rows[0];
        var (last, count) = (all.End - 1, Math.Clamp(all.Count, 1, Limits.SeriesGridMax));
        var size = step ?? StepOf(head.Times[0], last, count);
        for (var round = 0; ; round++)
        {
            size = Math.Max(size, StepOf(head.Times[0], last, Limits.SeriesGridMax));
            var rows = (await aggregate(query with { Window = new WindowSpec { Kind = WindowKind.Tumbling, Size = size } }).ConfigureAwait(false)).Rows;
            last = Math.Min(last, rows[^1].End - 1);
            if (round == RoundsMax || step is not null)
            {
                return Of(rows, size);
            }

            // Several series have points at the same times, so there are fewer times than points; and points may end before the bounds do.
            count = UsualDistance(rows, size) > 1 ? Math.Min(count, rows.Length) : count;
            var better = StepOf(head.Times[0], last, count);
            if (better >= size / 2 && better <= size)
            {
                return Of(rows, size);
            }

            size = better;
        }
    }

    /// <summary>The means of another field at the steps of this grid.</summary>
    public double[] Align(IReadOnlyCollection<SeriesAggregateRow> rows, long shiftSteps)
    {
        var values = new double[Values.Length];
        Array.Fill(values, double.NaN);
        foreach (var row in rows)
        {
            var slot = ((Int128)row.Start - Start) / Step - shiftSteps;
            if (slot >= 0 && slot < values.Length)
            {
                values[(int)slot] = row.Results[0];
            }
        }

        return values;
    }

    private static SeriesGrid Of(IReadOnlyList<SeriesAggregateRow> rows, long size)
    {
        var grid = new SeriesGrid(rows[0].Start, size, new double[(int)(((Int128)rows[^1].Start - rows[0].Start) / size) + 1]);
        return grid with { Values = grid.Align([.. rows], 0) };
    }

    // As many steps as points; a step too few would put two points into one.
    private static long StepOf(long first, long last, long count) => (long)Int128.Clamp((Int128)((UInt128)((Int128)last - first) / (UInt128)Math.Max(1, count - 1)), 1, long.MaxValue);

    // Steps from one that has points to the next, as most are.
    private static long UsualDistance(IReadOnlyList<SeriesAggregateRow> rows, long size)
    {
        var distances = new List<long>(rows.Count);
        for (var i = 1; i < rows.Count; i++)
        {
            distances.Add((rows[i].Start - rows[i - 1].Start) / size);
        }

        distances.Sort();
        return distances.Count == 0 ? 1 : Math.Max(1, distances[distances.Count / 2]);
    }
}
