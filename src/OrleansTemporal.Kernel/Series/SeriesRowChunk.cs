using System.Buffers;
using System.Buffers.Binary;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

/// <summary>
/// Windows of one series by columns, compressed (docs/formats/series-chunk.md): what their points came to, bit by bit, in
/// the order of their times.
/// </summary>
public static class SeriesRowChunk
{
    /// <summary>Windows in one chunk at most.</summary>
    public const int CountMax = 1_024;

    private const uint Magic = 0x5773_544F;
    private const byte Version = 1;
    private const int HeaderBytes = 12;
    private const int ChecksumBytes = 4;
    private const int ValueColumns = 8;

    /// <summary>Encodes windows. Cost: about 500 ns for each.</summary>
    /// <param name="rows">1 to <see cref="CountMax"/> of them, in the order of times.</param>
    /// <param name="firstSequence">The least sequence among them.</param>
    public static byte[] Encode(ReadOnlySpan<SeriesWindowRow> rows, long firstSequence)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows.Length, CountMax);
        var writer = new ArrayBufferWriter<byte>(HeaderBytes + (rows.Length * 40) + ChecksumBytes);
        writer.GetSpan(HeaderBytes)[..HeaderBytes].Clear();
        writer.Advance(HeaderBytes);
        var numbers = new long[rows.Length];
        WriteNumbers(writer, rows, numbers, static (row, _) => row.Summary.FirstTime, 0);
        WriteNumbers(writer, rows, numbers, static (row, _) => row.Summary.LastTime - row.Summary.FirstTime, 0);
        WriteNumbers(writer, rows, numbers, static (row, _) => row.Summary.Count, 0);
        WriteNumbers(writer, rows, numbers, static (row, first) => row.Sequence - first, firstSequence);
        var values = new double[rows.Length];
        for (var column = 0; column < ValueColumns; column++)
        {
            for (var i = 0; i < rows.Length; i++)
            {
                values[i] = ValueOf(rows[i].Summary, column);
            }

            ValueColumn.Write(writer, values);
        }

        WriteRare(writer, rows);
        var chunk = new byte[writer.WrittenCount + ChecksumBytes];
        writer.WrittenSpan.CopyTo(chunk);
        BinaryPrimitives.WriteUInt32LittleEndian(chunk, Magic);
        chunk[4] = Version;
        BinaryPrimitives.WriteInt32LittleEndian(chunk.AsSpan(8), rows.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(chunk.AsSpan(writer.WrittenCount), Crc32C.Compute(chunk.AsSpan(0, writer.WrittenCount)));
        return chunk;
    }

    /// <summary>Decodes windows. Cost: about 50 ns for each.</summary>
    /// <param name="chunk">The whole chunk.</param>
    /// <param name="firstSequence">The least sequence among them.</param>
    /// <exception cref="TemporalException">Corrupt, <c>payload_malformed</c>.</exception>
    public static SeriesWindowRow[] Decode(ReadOnlySpan<byte> chunk, long firstSequence)
    {
        var count = CountOf(chunk);
        var bytes = new SeriesBytes(chunk[HeaderBytes..^ChecksumBytes]);
        var (first, spans, counts, sequences) = (new long[count], new long[count], new long[count], new long[count]);
        IntegerColumn.Read(ref bytes, first);
        IntegerColumn.Read(ref bytes, spans);
        IntegerColumn.Read(ref bytes, counts);
        IntegerColumn.Read(ref bytes, sequences);
        var columns = new double[ValueColumns][];
        for (var column = 0; column < ValueColumns; column++)
        {
            ValueColumn.Read(ref bytes, columns[column] = new double[count]);
        }

        var (huge, scales) = ReadRare(ref bytes, count);
        bytes.RequireEnd();
        var rows = new SeriesWindowRow[count];
        for (var i = 0; i < count; i++)
        {
            if (counts[i] is < 1 or > int.MaxValue || spans[i] < 0 || first[i] > long.MaxValue - spans[i] || sequences[i] < 0)
            {
                throw SeriesBytes.Malformed("a window has no points, or ends before it begins");
            }

            var (high, low) = huge.TryGetValue(i, out var parts) ? parts : default;
            rows[i] = new SeriesWindowRow(firstSequence + sequences[i], new ChunkSummary
            {
                Count = (int)counts[i],
                FirstTime = first[i],
                LastTime = first[i] + spans[i],
                Min = columns[0][i],
                Max = columns[1][i],
                First = columns[2][i],
                Last = columns[3][i],
                Sum = SeriesSum.Of(columns[4][i], columns[5][i], high, low),
                Moments = SeriesMoments.Of(counts[i], columns[6][i], columns[7][i], scales.GetValueOrDefault(i)),
            });
        }

        return rows;
    }

    /// <summary>How many windows a chunk has.</summary>
    /// <exception cref="TemporalException">Corrupt, <c>payload_malformed</c>.</exception>
    public static int CountOf(ReadOnlySpan<byte> chunk)
    {
        if (chunk.Length < HeaderBytes + ChecksumBytes || BinaryPrimitives.ReadUInt32LittleEndian(chunk) != Magic || chunk[4] != Version || (chunk[5] | chunk[6] | chunk[7]) != 0)
        {
            throw SeriesBytes.Malformed("a chunk of windows has another magic or version");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(chunk[^ChecksumBytes..]) != Crc32C.Compute(chunk[..^ChecksumBytes]))
        {
            throw SeriesBytes.Malformed("a chunk's checksum differs");
        }

        return BinaryPrimitives.ReadInt32LittleEndian(chunk[8..]) is >= 1 and <= CountMax and var count ? count : throw SeriesBytes.Malformed("a chunk has no windows, or too many");
    }

    private static double ValueOf(in ChunkSummary summary, int column) => column switch
    {
        0 => summary.Min,
        1 => summary.Max,
        2 => summary.First,
        3 => summary.Last,
        4 => summary.Sum.Parts.High,
        5 => summary.Sum.Parts.Low,
        6 => summary.Moments.Parts.Mean,
        _ => summary.Moments.Parts.Squares,
    };

    private static void WriteNumbers(IBufferWriter<byte> writer, ReadOnlySpan<SeriesWindowRow> rows, long[] numbers, Func<SeriesWindowRow, long, long> numberOf, long argument)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            numbers[i] = numberOf(rows[i], argument);
        }

        IntegerColumn.Write(writer, numbers);
    }

    // Of values near the largest double, and of such that were scaled to be squared.
    private static void WriteRare(IBufferWriter<byte> writer, ReadOnlySpan<SeriesWindowRow> rows)
    {
        var count = 0;
        foreach (ref readonly var row in rows)
        {
            count += row.Summary.Sum.HasHuge || row.Summary.Moments.IsScaled ? 1 : 0;
        }

        Varint.Write(writer, (ulong)count);
        for (var i = 0; count > 0 && i < rows.Length; i++)
        {
            var summary = rows[i].Summary;
            if (summary.Sum.HasHuge || summary.Moments.IsScaled)
            {
                Varint.Write(writer, (ulong)i);
                ValueColumn.WriteRaw(writer, [summary.Sum.Parts.HugeHigh, summary.Sum.Parts.HugeLow]);
                SeriesBytes.WriteSigned(writer, summary.Moments.Parts.Scale);
            }
        }
    }

    private static (Dictionary<int, (double High, double Low)> Huge, Dictionary<int, int> Scales) ReadRare(ref SeriesBytes bytes, int count)
    {
        var (huge, scales) = (new Dictionary<int, (double, double)>(), new Dictionary<int, int>());
        for (var left = bytes.ReadCount(count); left > 0; left--)
        {
            var place = bytes.ReadCount(count - 1);
            huge[place] = (bytes.ReadDouble(), bytes.ReadDouble());
            scales[place] = (int)Math.Clamp(bytes.ReadSigned(), -4_000, 4_000);
        }

        return (huge, scales);
    }
}
