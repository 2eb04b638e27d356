using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace OrleansTemporal.Series;

/// <summary>
/// A sum in twice the precision of a double (Ogita, Rump and Oishi, "Accurate Sum and Dot Product", 2005): its error is a
/// rounding of the result and about n·2⁻¹⁰⁶ of the sum of absolute values, in whatever order and parts it is added up.
/// Values near the largest double are summed scaled down, so that nothing overflows on the way.
/// </summary>
public struct SeriesSum
{
    // From here on a value is scaled; fewer than 2^63 of those below it can not overflow.
    private const double HugeMin = 9.745314011399999e288;
    private const int HugeScale = 200;

    private double high;
    private double low;
    private double hugeHigh;
    private double hugeLow;

    /// <summary>Whether values near the largest double are part of it.</summary>
    internal readonly bool HasHuge => hugeHigh != 0 || hugeLow != 0;

    /// <summary>What it is kept in.</summary>
    internal readonly (double High, double Low, double HugeHigh, double HugeLow) Parts => (high, low, hugeHigh, hugeLow);

    /// <summary>The sum, rounded; infinite when it is above the largest double in truth.</summary>
    public readonly double Value
    {
        get
        {
            // What has cancelled out must not hide what is small beside it.
            var total = hugeHigh + hugeLow;
            var rest = hugeHigh - total + hugeLow;
            if (total == 0)
            {
                return high + low;
            }

            rest += Math.ScaleB(low, -HugeScale);
            TwoSum(ref total, ref rest, Math.ScaleB(high, -HugeScale));
            return Math.ScaleB(total + rest, HugeScale);
        }
    }

    /// <summary>The sum over a count; finite wherever the values are.</summary>
    public readonly double Average(long count)
    {
        var sum = Value;
        return double.IsFinite(sum) ? sum / count : Math.ScaleB(((hugeHigh + hugeLow) / count) + Math.ScaleB(high / count, -HugeScale), HugeScale);
    }

    /// <summary>A sum of what one was kept in.</summary>
    internal static SeriesSum Of(double high, double low, double hugeHigh, double hugeLow) => new() { high = high, low = low, hugeHigh = hugeHigh, hugeLow = hugeLow };

    /// <summary>Adds one value.</summary>
    public void Add(double value)
    {
        if (Math.Abs(value) < HugeMin)
        {
            TwoSum(ref high, ref low, value);
        }
        else
        {
            TwoSum(ref hugeHigh, ref hugeLow, Math.ScaleB(value, -HugeScale));
        }
    }

    /// <summary>Adds values. Cost: about a nanosecond for two.</summary>
    /// <param name="values">Finite ones.</param>
    public void Add(ReadOnlySpan<double> values)
    {
        var i = 0;
        if (values.Length >= 2 * Vector512<double>.Count && Math.Abs(TensorPrimitives.MaxMagnitude(values)) < HugeMin)
        {
            var (first, firstRest) = (Vector512<double>.Zero, Vector512<double>.Zero);
            var (second, secondRest) = (Vector512<double>.Zero, Vector512<double>.Zero);
            for (; i <= values.Length - (2 * Vector512<double>.Count); i += 2 * Vector512<double>.Count)
            {
                TwoSum(ref first, ref firstRest, Vector512.Create(values[i..]));
                TwoSum(ref second, ref secondRest, Vector512.Create(values[(i + Vector512<double>.Count)..]));
            }

            for (var lane = 0; lane < Vector512<double>.Count; lane++)
            {
                TwoSum(ref high, ref low, first[lane]);
                TwoSum(ref high, ref low, second[lane]);
                low += firstRest[lane] + secondRest[lane];
            }
        }

        for (; i < values.Length; i++)
        {
            Add(values[i]);
        }
    }

    /// <summary>Adds another sum.</summary>
    public void Add(in SeriesSum other)
    {
        TwoSum(ref high, ref low, other.high);
        TwoSum(ref hugeHigh, ref hugeLow, other.hugeHigh);
        low += other.low;
        hugeLow += other.hugeLow;
    }

    /// <summary>Writes it, bit by bit; the scaled part only where there is one.</summary>
    internal readonly void Write(System.Buffers.IBufferWriter<byte> writer)
    {
        ValueColumn.WriteRaw(writer, [high, low]);
        if (HasHuge)
        {
            ValueColumn.WriteRaw(writer, [hugeHigh, hugeLow]);
        }
    }

    /// <summary>Reads one back.</summary>
    internal static SeriesSum Read(ref SeriesBytes bytes, bool hasHuge)
    {
        var sum = new SeriesSum { high = bytes.ReadDouble(), low = bytes.ReadDouble() };
        if (hasHuge)
        {
            (sum.hugeHigh, sum.hugeLow) = (bytes.ReadDouble(), bytes.ReadDouble());
        }

        return sum;
    }

    private static void TwoSum(ref double sum, ref double rest, double value)
    {
        var total = sum + value;
        var part = total - sum;
        rest += sum - (total - part) + (value - part);
        sum = total;
    }

    private static void TwoSum(ref Vector512<double> sum, ref Vector512<double> rest, Vector512<double> value)
    {
        var total = sum + value;
        var part = total - sum;
        rest += sum - (total - part) + (value - part);
        sum = total;
    }
}
