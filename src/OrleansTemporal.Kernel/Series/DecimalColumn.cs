using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>
/// Doubles that are decimals of few digits, as whole numbers: x = n / 10^d, where the division is rounded once and so gives
/// back the double that the decimal was read as. What does not come back bit by bit is an exception and stands beside.
/// </summary>
internal static class DecimalColumn
{
    // 10^22 is the last power of ten that a double holds exactly.
    private const int DigitsMax = 22;
    private const int SampleCount = 64;
    private const int ExceptionBits = 80;

    // Above it doubles skip whole numbers.
    private const double IntegerMax = 9_007_199_254_740_992;

    private static readonly double[] Powers =
    [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ];

    /// <summary>Writes values; false, with some bytes written, when most of them are no decimals.</summary>
    public static bool TryWrite(IBufferWriter<byte> writer, ReadOnlySpan<double> values)
    {
        var digits = ChooseDigits(values);
        if (digits < 0)
        {
            return false;
        }

        var numbers = ArrayPool<long>.Shared.Rent(Math.Max(values.Length, 1));
        var exceptions = ArrayPool<int>.Shared.Rent(Math.Max(values.Length, 1));
        try
        {
            var exceptionCount = Scale(values, Powers[digits], numbers, exceptions);
            if (exceptionCount > values.Length / 2)
            {
                return false;
            }

            SeriesBytes.WriteByte(writer, (byte)digits);
            Varint.Write(writer, (ulong)exceptionCount);
            IntegerColumn.Write(writer, numbers.AsSpan(0, values.Length));
            var before = 0;
            foreach (var at in exceptions.AsSpan(0, exceptionCount))
            {
                Varint.Write(writer, (ulong)(at - before));
                ValueColumn.WriteRaw(writer, values.Slice(at, 1));
                before = at;
            }

            return true;
        }
        finally
        {
            ArrayPool<long>.Shared.Return(numbers);
            ArrayPool<int>.Shared.Return(exceptions);
        }
    }

    /// <summary>Reads values back and moves past them.</summary>
    public static void Read(ref SeriesBytes bytes, Span<double> values)
    {
        var digits = bytes.ReadByte();
        if (digits > DigitsMax)
        {
            throw SeriesBytes.Malformed($"decimals have more than {DigitsMax} digits");
        }

        var exceptionCount = bytes.ReadCount(values.Length);

        // The numbers become values where they are: both have 64 bits.
        var numbers = MemoryMarshal.Cast<double, long>(values);
        IntegerColumn.Read(ref bytes, numbers);
        Divide(numbers, values, Powers[digits]);
        var at = 0L;
        for (var i = 0; i < exceptionCount; i++)
        {
            at += bytes.ReadCount(values.Length);
            if (at >= values.Length)
            {
                throw SeriesBytes.Malformed("an exception is behind the end");
            }

            values[(int)at] = BitConverter.UInt64BitsToDouble(bytes.ReadUInt64());
        }
    }

    private static void Divide(Span<long> numbers, Span<double> values, double power)
    {
        var i = 0;
        var divisor = new Vector<double>(power);
        for (; i <= numbers.Length - Vector<long>.Count; i += Vector<long>.Count)
        {
            (Vector.ConvertToDouble(new Vector<long>(numbers[i..])) / divisor).CopyTo(values[i..]);
        }

        for (; i < numbers.Length; i++)
        {
            values[i] = numbers[i] / power;
        }
    }

    // An exception takes the number before it, so that it adds nothing to the differences.
    private static int Scale(ReadOnlySpan<double> values, double power, Span<long> numbers, Span<int> exceptions)
    {
        var count = 0;
        var before = 0L;
        for (var i = 0; i < values.Length; i++)
        {
            // As many at a time as are exact.
            var exact = ScaleExact(values[i..], power, numbers[i..]);
            if (exact > 0)
            {
                before = numbers[i + exact - 1];
                i += exact;
                if (i == values.Length)
                {
                    break;
                }
            }

            if (TryScale(values[i], power, out var number))
            {
                before = number;
            }
            else
            {
                exceptions[count++] = i;
            }

            numbers[i] = before;
        }

        return count;
    }

    // How many from the first on come back bit by bit, in whole vectors.
    private static int ScaleExact(ReadOnlySpan<double> values, double power, Span<long> numbers)
    {
        var i = 0;
        var powers = new Vector<double>(power);
        var most = new Vector<double>(IntegerMax);
        for (; i <= values.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            var value = new Vector<double>(values[i..]);
            var scaled = Vector.Round(value * powers);
            if (!Vector.LessThanAll(Vector.Abs(scaled), most))
            {
                break;
            }

            var number = Vector.ConvertToInt64(scaled);
            if (Vector.AsVectorInt64(Vector.ConvertToDouble(number) / powers) != Vector.AsVectorInt64(value))
            {
                break;
            }

            number.CopyTo(numbers[i..]);
        }

        return i;
    }

    private static bool TryScale(double value, double power, out long number)
    {
        var scaled = value * power;

        // False for NaN, too.
        if (!(Math.Abs(scaled) < IntegerMax))
        {
            number = 0;
            return false;
        }

        number = (long)Math.Round(scaled);
        return BitConverter.DoubleToInt64Bits(number / power) == BitConverter.DoubleToInt64Bits(value);
    }

    // By a sample: the digits whose numbers and exceptions take the fewest bits; −1 when nothing fits.
    private static int ChooseDigits(ReadOnlySpan<double> values)
    {
        var step = Math.Max(values.Length / SampleCount, 1);
        var (best, bestBits) = (-1, (long)ExceptionBits * SampleCount / 2);
        for (var digits = 0; digits <= DigitsMax; digits++)
        {
            var (exact, count, low, high) = (0, 0, long.MaxValue, long.MinValue);
            for (var i = 0; i < values.Length && count < SampleCount; i += step, count++)
            {
                if (TryScale(values[i], Powers[digits], out var number))
                {
                    exact++;
                    (low, high) = (Math.Min(low, number), Math.Max(high, number));
                }
            }

            if (exact == 0)
            {
                continue;
            }

            var width = 64 - BitOperations.LeadingZeroCount((ulong)high - (ulong)low);
            var bits = ((long)width * count) + ((long)ExceptionBits * (count - exact));
            if (bits * SampleCount < bestBits * count)
            {
                (best, bestBits) = (digits, bits * SampleCount / count);
            }

            if (exact == count)
            {
                break;
            }
        }

        return best;
    }
}
