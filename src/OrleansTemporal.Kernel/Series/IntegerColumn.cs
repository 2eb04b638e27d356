using System.Buffers;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>
/// Whole numbers of 64 bits (docs/formats/series-chunk.md): themselves, their differences or the differences of these,
/// whichever is smallest, as multiples of their greatest common divisor above the least of them, in a fixed number of bits
/// with the few larger ones beside (PFOR, after Zukowski et al., 2006). Arithmetic wraps, so every number comes back.
/// </summary>
internal static class IntegerColumn
{
    private const int OrderMax = 2;
    private const int ExceptionBits = 48;

    // From so many on differences at one step are smaller than the numbers themselves in any width.
    private const int StepsMin = 64;

    /// <summary>Writes numbers; how many is kept elsewhere. Cost: about 10 ns for each.</summary>
    public static void Write(IBufferWriter<byte> writer, ReadOnlySpan<long> values)
    {
        if (TryWriteSteps(writer, values))
        {
            return;
        }

        var rented = ArrayPool<long>.Shared.Rent(Math.Max(values.Length, 1));
        var best = ArrayPool<ulong>.Shared.Rent(Math.Max(values.Length, 1));
        var other = ArrayPool<ulong>.Shared.Rent(Math.Max(values.Length, 1));
        try
        {
            Write(writer, values, rented, best, other);
        }
        finally
        {
            ArrayPool<long>.Shared.Return(rented);
            ArrayPool<ulong>.Shared.Return(best);
            ArrayPool<ulong>.Shared.Return(other);
        }
    }

    /// <summary>Reads numbers back and moves past them.</summary>
    /// <exception cref="Errors.TemporalException">Corrupt, <c>payload_malformed</c>.</exception>
    public static void Read(ref SeriesBytes bytes, Span<long> values)
    {
        var order = bytes.ReadByte();
        if (order > Math.Min(OrderMax, values.Length))
        {
            throw SeriesBytes.Malformed("an integer column has an unknown order, or one above the count of its numbers");
        }

        Span<long> heads = stackalloc long[OrderMax];
        var headCount = (int)order;
        for (var i = 0; i < headCount; i++)
        {
            heads[i] = bytes.ReadSigned();
        }

        var rest = values[headCount..];
        if (order == 1 && TryReadSteps(ref bytes, heads[0], values))
        {
            return;
        }

        if (!rest.IsEmpty)
        {
            ReadPacked(ref bytes, rest);
        }

        for (var i = 0; i < headCount; i++)
        {
            values[i] = heads[i];
        }

        for (var i = order; i > 0; i--)
        {
            Accumulate(values[(i - 1)..]);
        }
    }

    // Numbers at one distance from each other, as many as make the plan below come to the same: no bits are left to pack.
    private static bool TryWriteSteps(IBufferWriter<byte> writer, ReadOnlySpan<long> values)
    {
        if (values.Length < StepsMin)
        {
            return false;
        }

        var step = values[1] - values[0];
        if (step == 0 ? values.IndexOfAnyExcept(values[0]) >= 0 : !HasStep(values, step))
        {
            return false;
        }

        SeriesBytes.WriteByte(writer, step == 0 ? (byte)0 : (byte)1);
        SeriesBytes.WriteSigned(writer, values[0]);
        if (step != 0)
        {
            SeriesBytes.WriteSigned(writer, step);
        }

        Varint.Write(writer, 1);
        SeriesBytes.WriteByte(writer, 0);
        Varint.Write(writer, 0);
        return true;
    }

    private static bool HasStep(ReadOnlySpan<long> values, long step)
    {
        var i = 1;
        var steps = new Vector<long>(step);
        for (; i <= values.Length - Vector<long>.Count; i += Vector<long>.Count)
        {
            if (new Vector<long>(values[i..]) - new Vector<long>(values[(i - 1)..]) != steps)
            {
                return false;
            }
        }

        for (; i < values.Length; i++)
        {
            if (values[i] - values[i - 1] != step)
            {
                return false;
            }
        }

        return true;
    }

    private static void Write(IBufferWriter<byte> writer, ReadOnlySpan<long> values, long[] scratch, ulong[] best, ulong[] other)
    {
        var differences = scratch.AsSpan(0, values.Length);
        values.CopyTo(differences);
        var plan = default(Plan);
        Span<long> heads = stackalloc long[OrderMax];
        for (var order = 0; order <= Math.Min(OrderMax, values.Length); order++)
        {
            if (order > 0)
            {
                // In place: what is before the first of this order are the heads.
                heads[order - 1] = differences[order - 1];
                Differentiate(differences[(order - 1)..]);
            }

            var candidate = PlanOf(differences[order..], order, other);
            if (order == 0 || candidate.Bits < plan.Bits)
            {
                plan = candidate;
                (best, other) = (other, best);
            }

            // Nothing is left to save; or the numbers jump about, and the differences of differences jump more.
            if ((plan.Width == 0 && plan.ExceptionCount == 0) || (order == 1 && plan.Order == 0))
            {
                break;
            }
        }

        SeriesBytes.WriteByte(writer, (byte)plan.Order);
        for (var i = 0; i < Math.Min(plan.Order, values.Length); i++)
        {
            SeriesBytes.WriteSigned(writer, heads[i]);
        }

        if (values.Length > plan.Order)
        {
            WritePacked(writer, best.AsSpan(0, values.Length - plan.Order), plan);
        }
    }

    // Numbers above the least, divided, and how many bits each would best have.
    private static Plan PlanOf(ReadOnlySpan<long> numbers, int order, Span<ulong> residuals)
    {
        if (numbers.IsEmpty)
        {
            return new Plan { Order = order, Divisor = 1 };
        }

        var least = TensorPrimitives.Min(numbers);
        TensorPrimitives.Subtract(MemoryMarshal.Cast<long, ulong>(numbers), (ulong)least, residuals);
        var divisor = 0ul;
        for (var i = 0; i < numbers.Length && divisor != 1; i++)
        {
            if (residuals[i] != 0)
            {
                divisor = CommonDivisor(residuals[i], divisor);
            }
        }

        divisor = Math.Max(divisor, 1);
        Span<int> lengths = stackalloc int[65];
        lengths.Clear();
        for (var i = 0; i < numbers.Length; i++)
        {
            if (divisor != 1)
            {
                residuals[i] /= divisor;
            }

            lengths[64 - BitOperations.LeadingZeroCount(residuals[i])]++;
        }

        var plan = new Plan { Order = order, Base = least, Divisor = divisor, Bits = long.MaxValue };
        var above = 0;
        for (var width = 64; width >= 0; width--)
        {
            var bits = ((long)width * numbers.Length) + ((long)above * (ExceptionBits + 8));
            if (bits < plan.Bits)
            {
                plan = plan with { Width = width, ExceptionCount = above, Bits = bits };
            }

            above += lengths[width];
        }

        return plan with { Bits = plan.Bits + (order * 64) + Varint.GetLength(divisor) };
    }

    private static ulong CommonDivisor(ulong left, ulong right)
    {
        while (right != 0)
        {
            (left, right) = (right, left % right);
        }

        return left;
    }

    private static void WritePacked(IBufferWriter<byte> writer, ReadOnlySpan<ulong> residuals, in Plan plan)
    {
        SeriesBytes.WriteSigned(writer, plan.Base);
        Varint.Write(writer, plan.Divisor);
        SeriesBytes.WriteByte(writer, (byte)plan.Width);
        Varint.Write(writer, (ulong)plan.ExceptionCount);
        var length = BitPacking.GetLength(residuals.Length, plan.Width);
        var span = writer.GetSpan(length + 1)[..length];
        span.Clear();
        BitPacking.Pack(residuals, plan.Width, span);
        writer.Advance(length);
        var before = 0;
        for (var i = 0; plan.ExceptionCount > 0 && i < residuals.Length; i++)
        {
            if (plan.Width < 64 && residuals[i] >> plan.Width is > 0 and var high)
            {
                Varint.Write(writer, (ulong)(i - before));
                Varint.Write(writer, high);
                before = i;
            }
        }
    }

    private static void ReadPacked(ref SeriesBytes bytes, Span<long> values)
    {
        var least = bytes.ReadSigned();
        var divisor = bytes.ReadNumber();
        var width = bytes.ReadByte();
        if (width > 64)
        {
            throw SeriesBytes.Malformed("a width is above 64 bits");
        }

        var exceptionCount = bytes.ReadCount(values.Length);
        if (width == 64 && exceptionCount > 0)
        {
            throw SeriesBytes.Malformed("numbers of 64 bits have exceptions");
        }

        var numbers = MemoryMarshal.Cast<long, ulong>(values);
        BitPacking.Unpack(bytes.Take(BitPacking.GetLength(values.Length, width)), width, numbers);
        var at = 0L;
        for (var i = 0; i < exceptionCount; i++)
        {
            at += bytes.ReadCount(values.Length);
            if (at >= values.Length)
            {
                throw SeriesBytes.Malformed("an exception is behind the end");
            }

            numbers[(int)at] |= bytes.ReadNumber() << width;
        }

        Scale(numbers, (ulong)least, divisor);
    }

    // Times at a constant step, as most are: no numbers follow, and each is made by itself.
    private static bool TryReadSteps(ref SeriesBytes bytes, long first, Span<long> values)
    {
        var peeked = bytes;
        if (values.Length < 2)
        {
            return false;
        }

        var step = peeked.ReadSigned();
        peeked.ReadNumber();
        if (peeked.ReadByte() != 0 || peeked.ReadNumber() != 0)
        {
            return false;
        }

        bytes = peeked;
        var i = 0;
        if (values.Length >= Vector<long>.Count)
        {
            var next = (Vector<long>.Indices * step) + new Vector<long>(first);
            var stride = new Vector<long>(step * Vector<long>.Count);
            for (; i <= values.Length - Vector<long>.Count; i += Vector<long>.Count, next += stride)
            {
                next.CopyTo(values[i..]);
            }
        }

        for (; i < values.Length; i++)
        {
            values[i] = first + (step * i);
        }

        return true;
    }

    private static void Scale(Span<ulong> numbers, ulong least, ulong divisor)
    {
        var i = 0;
        if (divisor == 1)
        {
            var offset = new Vector<ulong>(least);
            for (; i <= numbers.Length - Vector<ulong>.Count; i += Vector<ulong>.Count)
            {
                (new Vector<ulong>(numbers[i..]) + offset).CopyTo(numbers[i..]);
            }
        }

        for (; i < numbers.Length; i++)
        {
            numbers[i] = (numbers[i] * divisor) + least;
        }
    }

    private static void Differentiate(Span<long> values)
    {
        var i = values.Length;
        for (; i > Vector<long>.Count; i -= Vector<long>.Count)
        {
            var at = i - Vector<long>.Count;
            (new Vector<long>(values[at..]) - new Vector<long>(values[(at - 1)..])).CopyTo(values[at..]);
        }

        for (i--; i > 0; i--)
        {
            values[i] -= values[i - 1];
        }
    }

    private static void Accumulate(Span<long> values)
    {
        var sum = 0L;
        for (var i = 0; i < values.Length; i++)
        {
            sum += values[i];
            values[i] = sum;
        }
    }

    private readonly record struct Plan
    {
        public int Order { get; init; }

        public long Base { get; init; }

        public ulong Divisor { get; init; }

        public int Width { get; init; }

        public int ExceptionCount { get; init; }

        public long Bits { get; init; }
    }
}
