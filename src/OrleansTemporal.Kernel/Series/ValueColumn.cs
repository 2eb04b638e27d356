using System.Buffers;
using System.Runtime.InteropServices;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>
/// Doubles without loss, every bit pattern included (docs/formats/series-chunk.md): as runs of equal values, as decimals
/// scaled to whole numbers (after Afroozeh et al., "ALP", 2023), as differences by XOR (after Pelkonen et al., "Gorilla",
/// 2015) or as they are, whichever is smallest.
/// </summary>
internal static class ValueColumn
{
    /// <summary>As they are.</summary>
    internal const byte Raw = 0;

    /// <summary>Runs of equal values.</summary>
    internal const byte Runs = 1;

    /// <summary>Scaled decimals with exceptions.</summary>
    internal const byte Decimals = 2;

    /// <summary>XOR with the value before.</summary>
    internal const byte Xor = 3;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? scratchOfThread;

    // Where runs are so long on average, nothing else is looked at.
    private const int LongRun = 16;

    /// <summary>Writes values; how many is kept elsewhere. Cost: about 30 ns for each.</summary>
    public static void Write(IBufferWriter<byte> writer, ReadOnlySpan<double> values)
    {
        var runCount = CountRuns(values);
        if ((long)runCount * LongRun <= values.Length)
        {
            SeriesBytes.WriteByte(writer, Runs);
            WriteRuns(writer, values, runCount);
            return;
        }

        var rawLength = values.Length * sizeof(double);
        var best = RentScratch(rawLength + 64);
        var kind = DecimalColumn.TryWrite(best, values) && best.WrittenCount < rawLength ? Decimals : Raw;

        // Half of the raw size is what decimals come to that are none in truth; XOR is slow to read.
        if (kind == Raw || best.WrittenCount > rawLength / 2)
        {
            var xor = new ArrayBufferWriter<byte>(rawLength + (rawLength / 4) + 64);
            XorColumn.Write(xor, values);
            if (xor.WrittenCount < (kind == Raw ? rawLength : best.WrittenCount))
            {
                (best, kind) = (xor, Xor);
            }
        }

        var runsLength = runCount * (sizeof(double) + 2L);
        if (runsLength < (kind == Raw ? rawLength : best.WrittenCount))
        {
            kind = Runs;
        }

        SeriesBytes.WriteByte(writer, kind);
        switch (kind)
        {
            case Raw:
                WriteRaw(writer, values);
                break;
            case Runs:
                WriteRuns(writer, values, runCount);
                break;
            default:
                writer.Write(best.WrittenSpan);
                break;
        }

        scratchOfThread = best;
    }

    /// <summary>Reads values back and moves past them.</summary>
    /// <exception cref="Errors.TemporalException">Corrupt, <c>payload_malformed</c>.</exception>
    public static void Read(ref SeriesBytes bytes, Span<double> values)
    {
        switch (bytes.ReadByte())
        {
            case Raw:
                ReadRaw(bytes.Take(checked(values.Length * sizeof(double))), values);
                break;
            case Runs:
                ReadRuns(ref bytes, values);
                break;
            case Decimals:
                DecimalColumn.Read(ref bytes, values);
                break;
            case Xor:
                XorColumn.Read(ref bytes, values);
                break;
            default:
                throw SeriesBytes.Malformed("a value column has an unknown form");
        }
    }

    /// <summary>The values' bits, little-endian.</summary>
    internal static void WriteRaw(IBufferWriter<byte> writer, ReadOnlySpan<double> values)
    {
        var length = values.Length * sizeof(double);
        var span = writer.GetSpan(length + 1);
        for (var i = 0; i < values.Length; i++)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteDoubleLittleEndian(span[(i * sizeof(double))..], values[i]);
        }

        writer.Advance(length);
    }

    private static void ReadRaw(ReadOnlySpan<byte> bytes, Span<double> values)
    {
        if (BitConverter.IsLittleEndian)
        {
            bytes.CopyTo(MemoryMarshal.AsBytes(values));
            return;
        }

        for (var i = 0; i < values.Length; i++)
        {
            values[i] = System.Buffers.Binary.BinaryPrimitives.ReadDoubleLittleEndian(bytes[(i * sizeof(double))..]);
        }
    }

    private static ArrayBufferWriter<byte> RentScratch(int capacity)
    {
        // What one large batch has taken is not kept for all the small ones behind it.
        const int keptMax = 1 << 16;
        var scratch = capacity <= keptMax ? scratchOfThread : null;
        scratchOfThread = null;
        scratch?.ResetWrittenCount();
        return scratch is { Capacity: <= keptMax } ? scratch : new ArrayBufferWriter<byte>(capacity);
    }

    private static int CountRuns(ReadOnlySpan<double> values)
    {
        var bits = MemoryMarshal.Cast<double, long>(values);
        var count = bits.IsEmpty ? 0 : 1;
        var i = 1;
        var equal = System.Numerics.Vector<long>.Zero;
        for (; i <= bits.Length - System.Numerics.Vector<long>.Count; i += System.Numerics.Vector<long>.Count)
        {
            equal -= System.Numerics.Vector.Equals(new System.Numerics.Vector<long>(bits[i..]), new System.Numerics.Vector<long>(bits[(i - 1)..]));
            count += System.Numerics.Vector<long>.Count;
        }

        count -= (int)System.Numerics.Vector.Sum(equal);
        for (; i < bits.Length; i++)
        {
            count += bits[i] != bits[i - 1] ? 1 : 0;
        }

        return count;
    }

    private static void WriteRuns(IBufferWriter<byte> writer, ReadOnlySpan<double> values, int runCount)
    {
        var bits = MemoryMarshal.Cast<double, long>(values);
        Varint.Write(writer, (ulong)runCount);
        for (var start = 0; start < bits.Length;)
        {
            var end = bits[start..].IndexOfAnyExcept(bits[start]) is >= 0 and var length ? start + length : bits.Length;
            Varint.Write(writer, (ulong)(end - start));
            WriteRaw(writer, values.Slice(start, 1));
            start = end;
        }
    }

    private static void ReadRuns(ref SeriesBytes bytes, Span<double> values)
    {
        var rest = values;
        for (var count = bytes.ReadCount(values.Length); count > 0; count--)
        {
            var length = bytes.ReadCount(rest.Length);
            rest[..length].Fill(BitConverter.UInt64BitsToDouble(bytes.ReadUInt64()));
            rest = rest[length..];
        }

        if (!rest.IsEmpty)
        {
            throw SeriesBytes.Malformed("runs end before the values do");
        }
    }
}
