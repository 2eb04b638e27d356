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
        var parameter = RiceParameterOf(indices, vector.Dimensions);
        var gapBytes = 1 + ((RiceBitsOf(indices, parameter) + 7) / 8);
        var (runCount, runBytes) = MeasureRuns(indices);
        var maskBytes = (vector.Dimensions + 7L) / 8;
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

    // The parameter that costs the fewest bits is next to the logarithm of the mean gap.
    private static int RiceParameterOf(ReadOnlySpan<int> indices, int dimensions)
    {
        if (indices.IsEmpty)
        {
            return 0;
        }

        var guess = BitOperations.Log2((uint)Math.Max(1, dimensions / indices.Length));
        var (best, bits) = (0, long.MaxValue);
        for (var parameter = Math.Max(0, guess - 2); parameter <= guess + 1; parameter++)
        {
            var cost = RiceBitsOf(indices, parameter);
            (best, bits) = cost < bits ? (parameter, cost) : (best, bits);
        }

        return best;
    }

    private static long RiceBitsOf(ReadOnlySpan<int> indices, int parameter)
    {
        var bits = (1L + parameter) * indices.Length;
        var previous = -1;
        foreach (var index in indices)
        {
            bits += (index - previous - 1) >> parameter;
            previous = index;
        }

        return bits;
    }

    private static void WriteGaps(IBufferWriter<byte> writer, ReadOnlySpan<int> indices, int parameter, int length)
    {
        var bytes = writer.GetSpan(length)[..length];
        bytes.Clear();
        bytes[0] = (byte)parameter;
        var bits = new BitWriter(bytes[1..]);
        var previous = -1;
        foreach (var index in indices)
        {
            var gap = index - previous - 1;
            bits.Skip(gap >> parameter);
            bits.Write((1u << parameter) | ((uint)gap & ((1u << parameter) - 1)), parameter + 1);
            previous = index;
        }

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

    private static (int Count, long Bytes) MeasureRuns(ReadOnlySpan<int> indices)
    {
        var (count, bytes) = (0, 0L);
        var end = 0;
        for (var i = 0; i < indices.Length;)
        {
            var length = RunAt(indices, i);
            bytes += Varint.GetLength((ulong)(indices[i] - end)) + Varint.GetLength((ulong)(length - 1));
            end = indices[i] + length;
            i += length;
            count++;
        }

        return (count, bytes + Varint.GetLength((ulong)count));
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
