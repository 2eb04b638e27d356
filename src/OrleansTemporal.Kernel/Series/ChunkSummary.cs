using System.Numerics.Tensors;

namespace OrleansTemporal.Series;

/// <summary>What is asked of a chunk most, so that it need not be decoded for that.</summary>
public readonly record struct ChunkSummary
{
    /// <summary>Points, each event time once.</summary>
    public int Count { get; init; }

    /// <summary>Sum of the values.</summary>
    public SeriesSum Sum { get; init; }

    /// <summary>Mean and deviations of the values.</summary>
    public SeriesMoments Moments { get; init; }

    /// <summary>The least value.</summary>
    public double Min { get; init; }

    /// <summary>The greatest value.</summary>
    public double Max { get; init; }

    /// <summary>Event time of the first point.</summary>
    public long FirstTime { get; init; }

    /// <summary>Event time of the last point.</summary>
    public long LastTime { get; init; }

    /// <summary>Value of the first point.</summary>
    public double First { get; init; }

    /// <summary>Value of the last point.</summary>
    public double Last { get; init; }

    /// <summary>The summary of points in time order.</summary>
    /// <param name="times">At least one.</param>
    /// <param name="values">As many.</param>
    public static ChunkSummary Of(ReadOnlySpan<long> times, ReadOnlySpan<double> values)
    {
        var sum = default(SeriesSum);
        sum.Add(values);
        return new ChunkSummary
        {
            Count = values.Length,
            Sum = sum,
            Moments = SeriesMoments.Of(values),
            Min = TensorPrimitives.Min(values),
            Max = TensorPrimitives.Max(values),
            FirstTime = times[0],
            LastTime = times[^1],
            First = values[0],
            Last = values[^1],
        };
    }
}
