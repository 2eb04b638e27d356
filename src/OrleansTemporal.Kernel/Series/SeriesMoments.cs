using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace OrleansTemporal.Series;

/// <summary>
/// Count, mean and sum of squared deviations, merged after Chan, Golub and LeVeque (1979). Mean and deviations are kept in
/// units of 2^scale, so that neither the largest nor the smallest doubles overflow or vanish when they are squared.
/// </summary>
public struct SeriesMoments
{
    // Squares and their sums are safe within.
    private const int ExponentMax = 400;

    // Deviations that are taken at a time.
    private const int StepCount = 256;

    // Zeros fit to any other values.
    private const int ScaleOfZeros = -2_000;

    private long count;
    private double mean;
    private double squares;
    private int scale;

    /// <summary>Standard deviation of a sample; NaN of fewer than two values.</summary>
    public readonly double StandardDeviation => count < 2 ? double.NaN : Math.ScaleB(Math.Sqrt(squares / (count - 1)), scale);

    /// <summary>Whether mean and deviations are in other units than 1.</summary>
    internal readonly bool IsScaled => scale != 0;

    /// <summary>What they are kept in, but for the count.</summary>
    internal readonly (double Mean, double Squares, int Scale) Parts => (mean, squares, scale);

    /// <summary>Moments of what they were kept in.</summary>
    internal static SeriesMoments Of(long count, double mean, double squares, int scale) => new() { count = count, mean = mean, squares = squares, scale = scale };

    /// <summary>Moments of values, in two passes.</summary>
    public static SeriesMoments Of(ReadOnlySpan<double> values)
    {
        if (values.IsEmpty)
        {
            return default;
        }

        var largest = Math.Abs(TensorPrimitives.MaxMagnitude(values));
        if (largest == 0)
        {
            return new SeriesMoments { count = values.Length, scale = ScaleOfZeros };
        }

        var exponent = double.IsFinite(largest) ? Math.ILogB(largest) : 0;
        if (Math.Abs(exponent) <= ExponentMax)
        {
            return Of(values, 0);
        }

        var scaled = new double[values.Length];
        for (var i = 0; i < scaled.Length; i++)
        {
            scaled[i] = Math.ScaleB(values[i], -exponent);
        }

        return Of(scaled, exponent);
    }

    /// <summary>Adds others.</summary>
    public void Add(SeriesMoments other)
    {
        if (other.count == 0)
        {
            return;
        }

        if (count == 0)
        {
            this = other;
            return;
        }

        var common = Math.Max(scale, other.scale);
        this = At(common);
        other = other.At(common);
        var total = count + other.count;
        var distance = other.mean - mean;
        var share = other.count / (double)total;
        squares += other.squares + (distance * distance * count * share);
        mean += distance * share;
        count = total;
    }

    /// <summary>Writes them, bit by bit; how many values they are of is kept elsewhere.</summary>
    internal readonly void Write(System.Buffers.IBufferWriter<byte> writer)
    {
        ValueColumn.WriteRaw(writer, [mean, squares]);
        if (IsScaled)
        {
            SeriesBytes.WriteSigned(writer, scale);
        }
    }

    /// <summary>Reads them back.</summary>
    internal static SeriesMoments Read(ref SeriesBytes bytes, long count, bool isScaled) => new()
    {
        count = count,
        mean = bytes.ReadDouble(),
        squares = bytes.ReadDouble(),
        scale = isScaled ? (int)Math.Clamp(bytes.ReadSigned(), -4_000, 4_000) : 0,
    };

    private static SeriesMoments Of(ReadOnlySpan<double> values, int scale)
    {
        var sum = default(SeriesSum);
        sum.Add(values);
        var mean = sum.Average(values.Length);
        var (squares, rest) = (0.0, 0.0);
        for (var at = 0; at < values.Length; at += StepCount)
        {
            var (squaresOfStep, restOfStep) = DeviationsOf(values.Slice(at, Math.Min(StepCount, values.Length - at)), mean);
            squares += squaresOfStep;
            rest += restOfStep;
        }

        // What rounding the mean has left.
        squares -= rest * rest / values.Length;
        return new SeriesMoments { count = values.Length, mean = mean, squares = Math.Max(squares, 0), scale = scale };
    }

    // In four lanes and without fused operations on every processor: what is stored must not tell what it was made on, and an
    // answer must not change with the machine. TensorPrimitives adds in as many lanes as there are. The order is that of what
    // is stored already: what is left over goes to the last lanes, and fewer than four are added from the back.
    private static (double Squares, double Sum) DeviationsOf(ReadOnlySpan<double> values, double mean)
    {
        var (squares, sums) = (Vector256<double>.Zero, Vector256<double>.Zero);
        var center = Vector256.Create(mean);
        var i = 0;
        for (; i <= values.Length - Vector256<double>.Count; i += Vector256<double>.Count)
        {
            var deviation = Vector256.Create(values[i..]) - center;
            squares += deviation * deviation;
            sums += deviation;
        }

        for (var lane = Vector256<double>.Count - (values.Length - i); i < values.Length; i++, lane++)
        {
            var deviation = values[i] - mean;
            squares = squares.WithElement(lane, squares[lane] + (deviation * deviation));
            sums = sums.WithElement(lane, sums[lane] + deviation);
        }

        return values.Length < Vector256<double>.Count
            ? (squares[1] + (squares[2] + squares[3]), sums[1] + (sums[2] + sums[3]))
            : (squares[0] + squares[2] + (squares[1] + squares[3]), sums[0] + sums[2] + (sums[1] + sums[3]));
    }

    private readonly SeriesMoments At(int other) => other == scale
        ? this
        : this with { mean = Math.ScaleB(mean, scale - other), squares = Math.ScaleB(squares, 2 * (scale - other)), scale = other };
}
