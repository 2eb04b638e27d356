using System.Collections.Immutable;
using System.Runtime.InteropServices;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

/// <summary>
/// Points for one stream in the columns that they are written in. The arrays are taken over, not copied: nobody writes to them
/// from here on. What is wrong with them is said when they are written.
/// </summary>
public sealed class SeriesColumns
{
    private readonly ImmutableArray<string> series;
    private readonly ImmutableArray<int> rows;
    private readonly ImmutableArray<long> times;
    private readonly ImmutableArray<double> values;

    private SeriesColumns(ImmutableArray<string> series, ImmutableArray<int> rows, ImmutableArray<long> times, ImmutableArray<double> values)
    {
        this.series = series;
        this.rows = rows;
        this.times = times;
        this.values = values;
    }

    /// <summary>Points in it.</summary>
    public int Count => values.Length;

    /// <summary>Points of one series.</summary>
    /// <param name="key">Which.</param>
    /// <param name="times">Event times in nanoseconds since the Unix epoch.</param>
    /// <param name="values">As many finite values.</param>
    public static SeriesColumns Of(SeriesKey key, long[] times, double[] values)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new([key.Text], Own(new int[times.Length]), Own(times), Own(values));
    }

    /// <summary>One point of each series of a table, at one event time. Cost: one array for the times.</summary>
    /// <param name="table">The series.</param>
    /// <param name="time">The event time.</param>
    /// <param name="values">A finite value for each series, in their order.</param>
    public static SeriesColumns Of(SeriesTable table, EventTime time, double[] values)
    {
        ArgumentNullException.ThrowIfNull(table);
        var times = GC.AllocateUninitializedArray<long>(values.Length);
        Array.Fill(times, time.Nanoseconds);
        return new(table.Texts, table.Each, Own(times), Own(values));
    }

    /// <summary>Points of series of a table in any order.</summary>
    /// <param name="table">The series; each of them has a row, or the agent will have heard of one without points.</param>
    /// <param name="rows">For each point the series' place in the table.</param>
    /// <param name="times">For each its event time in nanoseconds.</param>
    /// <param name="values">For each its finite value.</param>
    public static SeriesColumns Of(SeriesTable table, int[] rows, long[] times, double[] values)
    {
        ArgumentNullException.ThrowIfNull(table);
        return new(table.Texts, Own(rows), Own(times), Own(values));
    }

    /// <summary>The same points, gathered one by one.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>: columns differ in length, a row names no series, or a value is not finite.</exception>
    internal SeriesBatch ToBatch()
    {
        if (rows.Length != values.Length || times.Length != values.Length)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, "Rows, times and values are as many.") { Field = "points" };
        }

        var batch = new SeriesBatch();
        var numbers = series.Select(batch.SeriesOf).ToArray();
        for (var i = 0; i < rows.Length; i++)
        {
            if ((uint)rows[i] >= (uint)numbers.Length)
            {
                throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, "Each row names a series.") { Field = "points" };
            }

            batch.Add(numbers[rows[i]], new EventTime(times[i]), values[i]);
        }

        return batch;
    }

    /// <summary>All of it as a write to one partition.</summary>
    internal SeriesWrite ToWrite() => new() { Series = series, Rows = rows, Times = times, Values = values };

    private static ImmutableArray<T> Own<T>(T[] column) => ImmutableCollectionsMarshal.AsImmutableArray(column ?? throw new ArgumentNullException(nameof(column)));
}
