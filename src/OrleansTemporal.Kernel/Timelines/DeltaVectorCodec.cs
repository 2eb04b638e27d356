using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Timelines;

/// <summary>
/// The bytes of a <see cref="DeltaVector"/> (docs/formats/timeline.md): its indices in the shortest of three forms, then its
/// values as they lie in memory. Decoding checks everything, so no input makes it read outside or build a vector that breaks
/// its rules.
/// </summary>
public static class DeltaVectorCodec
{
    private const byte Gaps = 0;
    private const byte Runs = 1;
    private const byte Mask = 2;

    /// <summary>Writes a vector; its dimensions are not written.</summary>
    public static void Write(IBufferWriter<byte> writer, DeltaVector vector)
    {
        var indices = vector.Indices;
        var (parameter, gapBits) = MeasureGaps(indices, vector.Dimensions);
        var gapBytes = 1 + ((gapBits + 7) / 8);
        var maskBytes = (vector.Dimensions + 7L) / 8;
        var (runCount, runBytes) = MeasureRuns(indices, Math.Min(gapBytes, maskBytes));
        var form = gapBytes <= runBytes && gapBytes <= maskBytes ? Gaps : runBytes <= maskBytes ? Runs : Mask;
        writer.GetSpan(1)[0] = form;
        writer.Advance(1);
        Varint.Write(writer, (ulong)indices.Length);
        switch (form)
        {
            case Gaps:
                WriteGaps(writer, indices, parameter, (int)gapBytes);
                break;
            case Runs:
                WriteRuns(writer, indices, runCount);
                break;
            default:
                WriteMask(writer, indices, (int)maskBytes);
                break;
        }

        writer.Write(MemoryMarshal.AsBytes(vector.Values));
    }

    /// <summary>Reads a vector and moves behind it.</summary>
    /// <exception cref="TemporalException">Corrupt, <c>payload_malformed</c>.</exception>
    public static DeltaVector Read(ref ReadOnlySpan<byte> source, int dimensions)
    {
        var form = ReadByte(ref source);
        var count = ReadCount(ref source, dimensions);

        // The values alone are as long, so no short input makes this large.
        if (source.Length / sizeof(float) < count)
        {
            throw Malformed();
        }

        var indices = new int[count];
        switch (form)
        {
            case Gaps:
                ReadGaps(ref source, indices, dimensions);
                break;
            case Runs:
                ReadRuns(ref source, indices, dimensions);
                break;
            case Mask:
                ReadMask(ref source, indices, dimensions);
                break;
            default:
                throw Malformed();
        }

        if (source.Length / sizeof(float) < count)
        {
            throw Malformed();
        }

        var values = MemoryMarshal.Cast<byte, float>(source[..(count * sizeof(float))]).ToArray();
        source = source[(count * sizeof(float))..];
        foreach (var value in values)
        {
            if (!float.IsFinite(value))
            {
                throw Malformed();
            }
        }

        return DeltaVector.Trust(dimensions, indices, values);
    }

    // The parameter that costs the fewest bits, and these: it is next to the logarithm of the mean gap, so four are tried at
    // once.
    private static (int Parameter, long Bits) MeasureGaps(ReadOnlySpan<int> indices, int dimensions)
    {
        if (indices.IsEmpty)
        {
            return (0, 0);
        }

        var guess = BitOperations.Log2((uint)Math.Max(1, dimensions / indices.Length));
        var least = Math.Max(0, guess - 2);
        var (first, second, third, fourth) = (0L, 0L, 0L, 0L);
        var previous = -1;
        foreach (var index in indices)
        {
            var gap = (index - previous - 1) >> least;
            first += gap;
            second += gap >> 1;
            third += gap >> 2;
            fourth += gap >> 3;
            previous = index;
        }

        var (best, bits) = (0, long.MaxValue);
        ReadOnlySpan<long> quotients = [first, second, third, fourth];
        for (var parameter = least; parameter <= guess + 1; parameter++)
        {
            var cost = quotients[parameter - least] + ((1L + parameter) * indices.Length);
            (best, bits) = cost < bits ? (parameter, cost) : (best, bits);
        }

        return (best, bits);
    }

    private static void WriteGaps(IBufferWriter<byte> writer, ReadOnlySpan<int> indices, int parameter, int length)
    {
        var bytes = writer.GetSpan(length)[..length];
        bytes[0] = (byte)parameter;
        RiceCode.Write(bytes[1..], indices, parameter);
        writer.Advance(length);
    }

    private static void ReadGaps(ref ReadOnlySpan<byte> source, int[] indices, int dimensions)
    {
        var parameter = ReadByte(ref source);
        if (parameter > 30)
        {
            throw Malformed();
        }

        var bits = new BitReader(source);
        var previous = -1L;
        for (var i = 0; i < indices.Length; i++)
        {
            var gap = ((long)bits.ReadZeros(dimensions) << parameter) | bits.Read(parameter);
            previous += gap + 1;
            if (bits.IsOver || previous >= dimensions)
            {
                throw Malformed();
            }

            indices[i] = (int)previous;
        }

        source = source[bits.BytesRead..];
    }

    // How many there are and what they take, or more than is asked for when they take more than that.
    private static (int Count, long Bytes) MeasureRuns(ReadOnlySpan<int> indices, long bytesMax)
    {
        var count = indices.IsEmpty ? 0 : 1;
        for (var i = 1; i < indices.Length; i++)
        {
            count += indices[i] - indices[i - 1] == 1 ? 0 : 1;
        }

        // Each takes two bytes at least, so that scattered components need no closer look.
        var bytes = (long)Varint.GetLength((ulong)count);
        if (bytes + (2L * count) > bytesMax)
        {
            return (count, bytes + (2L * count));
        }

        var end = 0;
        for (var i = 0; i < indices.Length;)
        {
            var length = RunAt(indices, i);
            bytes += Varint.GetLength((ulong)(indices[i] - end)) + Varint.GetLength((ulong)(length - 1));
            end = indices[i] + length;
            i += length;
        }

        return (count, bytes);
    }

    private static int RunAt(ReadOnlySpan<int> indices, int first)
    {
        var length = 1;
        while (first + length < indices.Length && indices[first + length] == indices[first] + length)
        {
            length++;
        }

        return length;
    }

    private static void WriteRuns(IBufferWriter<byte> writer, ReadOnlySpan<int> indices, int count)
    {
        Varint.Write(writer, (ulong)count);
        var end = 0;
        for (var i = 0; i < indices.Length;)
        {
            var length = RunAt(indices, i);
            Varint.Write(writer, (ulong)(indices[i] - end));
            Varint.Write(writer, (ulong)(length - 1));
            end = indices[i] + length;
            i += length;
        }
    }

    private static void ReadRuns(ref ReadOnlySpan<byte> source, int[] indices, int dimensions)
    {
        var runs = ReadCount(ref source, indices.Length);
        var (filled, end) = (0, 0L);
        for (var run = 0; run < runs; run++)
        {
            var first = end + ReadCount(ref source, dimensions);
            var length = ReadCount(ref source, dimensions) + 1;
            end = first + length;
            if (end > dimensions || length > indices.Length - filled)
            {
                throw Malformed();
            }

            for (var i = 0; i < length; i++)
            {
                indices[filled++] = (int)first + i;
            }
        }

        if (filled != indices.Length)
        {
            throw Malformed();
        }
    }

    private static void WriteMask(IBufferWriter<byte> writer, ReadOnlySpan<int> indices, int length)
    {
        var mask = writer.GetSpan(length)[..length];
        mask.Clear();
        foreach (var index in indices)
        {
            mask[index >> 3] |= (byte)(1 << (index & 7));
        }

        writer.Advance(length);
    }

    private static void ReadMask(ref ReadOnlySpan<byte> source, int[] indices, int dimensions)
    {
        var length = (int)((dimensions + 7L) / 8);
        if (source.Length < length)
        {
            throw Malformed();
        }

        var filled = 0;
        for (var at = 0; at < length; at++)
        {
            for (var bits = (uint)source[at]; bits != 0; bits &= bits - 1)
            {
                var index = (at << 3) + BitOperations.TrailingZeroCount(bits);
                if (index >= dimensions || filled == indices.Length)
                {
                    throw Malformed();
                }

                indices[filled++] = index;
            }
        }

        if (filled != indices.Length)
        {
            throw Malformed();
        }

        source = source[length..];
    }

    private static byte ReadByte(ref ReadOnlySpan<byte> source)
    {
        if (source.IsEmpty)
        {
            throw Malformed();
        }

        var first = source[0];
        source = source[1..];
        return first;
    }

    private static int ReadCount(ref ReadOnlySpan<byte> source, int max) =>
        Varint.TryRead(ref source, out var count) && count <= (ulong)max ? (int)count : throw Malformed();

    private static TemporalException Malformed() => new(ErrorKind.Corrupt, ErrorCodes.PayloadMalformed, "A delta vector does not parse.");
}
