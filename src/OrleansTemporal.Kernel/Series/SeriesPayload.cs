using System.Buffers;
using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

/// <summary>
/// The payload of deltas that record points, schema version 1 (docs/formats/series-payload.md). A series that the agent
/// knows is named by its ordinal: its place among the series in the order in which they were first written to.
/// </summary>
public static class SeriesPayload
{
    /// <summary>Version of the format.</summary>
    public const ushort SchemaVersion = 1;

    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Points are recorded.</summary>
    public static DeltaKind Record { get; } = DeltaKind.Parse("chronicle.record");

    /// <summary>Writes points by columns.</summary>
    /// <param name="writer">The payload.</param>
    /// <param name="series">Canonical texts.</param>
    /// <param name="ordinals">For each series its ordinal, or −1 to name it by its text.</param>
    /// <param name="rows">For each row an index into the series.</param>
    /// <param name="times">For each row its event time.</param>
    /// <param name="values">For each row its value.</param>
    public static void Write(
        IBufferWriter<byte> writer, ReadOnlySpan<string> series, ReadOnlySpan<int> ordinals, ReadOnlySpan<int> rows, ReadOnlySpan<long> times, ReadOnlySpan<double> values)
    {
        Varint.Write(writer, (ulong)series.Length);
        Varint.Write(writer, (ulong)rows.Length);
        var numbers = ArrayPool<long>.Shared.Rent(Math.Max(series.Length, rows.Length) + 1);
        try
        {
            System.Numerics.Tensors.TensorPrimitives.ConvertTruncating<int, long>(ordinals[..series.Length], numbers);
            System.Numerics.Tensors.TensorPrimitives.Add(numbers.AsSpan(0, series.Length), 1L, numbers.AsSpan(0, series.Length));

            IntegerColumn.Write(writer, numbers.AsSpan(0, series.Length));
            for (var i = 0; ordinals.Contains(-1) && i < series.Length; i++)
            {
                if (ordinals[i] < 0)
                {
                    WriteText(writer, series[i]);
                }
            }

            System.Numerics.Tensors.TensorPrimitives.ConvertTruncating<int, long>(rows, numbers);
            IntegerColumn.Write(writer, numbers.AsSpan(0, rows.Length));
            IntegerColumn.Write(writer, times);
            ValueColumn.Write(writer, values);
        }
        finally
        {
            ArrayPool<long>.Shared.Return(numbers);
        }
    }

    /// <summary>Reads points.</summary>
    /// <exception cref="TemporalException">Corrupt, <c>payload_malformed</c>.</exception>
    public static SeriesPayloadRows Read(ReadOnlySpan<byte> payload)
    {
        var bytes = new SeriesBytes(payload);
        var seriesCount = bytes.ReadCount(Limits.SeriesRowsMax);
        var rowCount = bytes.ReadCount(Limits.SeriesRowsMax);
        if (seriesCount > rowCount)
        {
            throw SeriesBytes.Malformed("a series has no rows");
        }

        var ordinals = new long[seriesCount];
        IntegerColumn.Read(ref bytes, ordinals);
        var texts = new string?[seriesCount];
        for (var i = 0; i < seriesCount; i++)
        {
            ordinals[i]--;
            if (ordinals[i] is < -1 or > Limits.SeriesPerPartitionMax)
            {
                throw SeriesBytes.Malformed("an ordinal is none");
            }

            texts[i] = ordinals[i] < 0 ? ReadText(ref bytes) : null;
        }

        var rows = new long[rowCount];
        var times = new long[rowCount];
        var values = new double[rowCount];
        IntegerColumn.Read(ref bytes, rows);
        IntegerColumn.Read(ref bytes, times);
        ValueColumn.Read(ref bytes, values);
        bytes.RequireEnd();
        foreach (var row in rows)
        {
            if ((ulong)row >= (ulong)seriesCount)
            {
                throw SeriesBytes.Malformed("a row names no series");
            }
        }

        return new SeriesPayloadRows(ordinals, texts, rows, times, values);
    }

    internal static void WriteText(IBufferWriter<byte> writer, string text)
    {
        var length = Utf8.GetByteCount(text);
        Varint.Write(writer, (ulong)length);
        Utf8.GetBytes(text, writer.GetSpan(length + 1));
        writer.Advance(length);
    }

    internal static string ReadText(ref SeriesBytes bytes)
    {
        try
        {
            return Utf8.GetString(bytes.Take(bytes.ReadCount(4 * Limits.KeyBytesMax)));
        }
        catch (DecoderFallbackException)
        {
            throw SeriesBytes.Malformed("a text is no UTF-8");
        }
    }
}
