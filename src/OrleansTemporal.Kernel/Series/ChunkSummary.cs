using System.Numerics.Tensors;

namespace OrleansTemporal.Series;

/// <summary>What is asked of a chunk most, so that it need not be decoded for that.</summary>
public readonly record struct ChunkSummary
{
    private const byte HugeFlag = 1;
    private const byte ScaledFlag = 2;

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

    /// <summary>The summary of these points and of later ones; together fewer than 2³¹.</summary>
    public ChunkSummary With(in ChunkSummary later)
    {
        var (sum, moments) = (Sum, Moments);
        sum.Add(later.Sum);
        moments.Add(later.Moments);
        return this with
        {
            Count = checked(Count + later.Count),
            Sum = sum,
            Moments = moments,
            Min = Math.Min(Min, later.Min),
            Max = Math.Max(Max, later.Max),
            LastTime = later.LastTime,
            Last = later.Last,
        };
    }

    /// <summary>Writes everything but the times, which stand elsewhere.</summary>
    internal void Write(System.Buffers.IBufferWriter<byte> writer)
    {
        SeriesBytes.WriteByte(writer, (byte)((Sum.HasHuge ? HugeFlag : 0) | (Moments.IsScaled ? ScaledFlag : 0)));
        Causality.Varint.Write(writer, (ulong)Count);
        Sum.Write(writer);
        Moments.Write(writer);
        ValueColumn.WriteRaw(writer, [Min, Max, First, Last]);
    }

    /// <summary>Reads one back.</summary>
    internal static ChunkSummary Read(ref SeriesBytes bytes, long firstTime, long lastTime, int countMax)
    {
        var flags = bytes.ReadByte();
        if (flags > (HugeFlag | ScaledFlag))
        {
            throw SeriesBytes.Malformed("a summary has unknown flags");
        }

        var count = bytes.ReadCount(countMax);
        return new ChunkSummary
        {
            Count = count,
            Sum = SeriesSum.Read(ref bytes, (flags & HugeFlag) != 0),
            Moments = SeriesMoments.Read(ref bytes, count, (flags & ScaledFlag) != 0),
            Min = bytes.ReadDouble(),
            Max = bytes.ReadDouble(),
            First = bytes.ReadDouble(),
            Last = bytes.ReadDouble(),
            FirstTime = firstTime,
            LastTime = lastTime,
        };
    }
}
