using System.Buffers;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

/// <summary>The payload of deltas that say what the points of windows come to, schema version 1 (docs/formats/series-payload.md).</summary>
public static class SeriesThinPayload
{
    /// <summary>Points become windows.</summary>
    public static DeltaKind Thin { get; } = DeltaKind.Parse("chronicle.thin");

    /// <summary>Writes chunks of windows.</summary>
    /// <param name="writer">The payload.</param>
    /// <param name="parts">By ordinal of the series, then by time: the windows' length, and the chunk (<see cref="SeriesRowChunk"/>).</param>
    public static void Write(IBufferWriter<byte> writer, IReadOnlyList<(int Ordinal, long Step, byte[] Chunk)> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        Varint.Write(writer, (ulong)parts.Count);
        var before = 0;
        foreach (var (ordinal, step, chunk) in parts)
        {
            Varint.Write(writer, (ulong)(ordinal - before));
            Varint.Write(writer, (ulong)step);
            Varint.Write(writer, (ulong)chunk.Length);
            writer.Write(chunk);
            before = ordinal;
        }
    }

    /// <summary>Reads them.</summary>
    /// <param name="payload">The payload; the chunks are slices of it.</param>
    /// <exception cref="TemporalException">Corrupt, <c>payload_malformed</c>.</exception>
    public static List<(int Ordinal, long Step, ReadOnlyMemory<byte> Chunk)> Read(ReadOnlyMemory<byte> payload)
    {
        var bytes = new SeriesBytes(payload.Span);
        var parts = new List<(int, long, ReadOnlyMemory<byte>)>();
        var ordinal = 0;
        for (var left = bytes.ReadCount(int.MaxValue); left > 0; left--)
        {
            ordinal += bytes.ReadCount(Limits.SeriesPerPartitionMax);
            var step = (long)bytes.ReadNumber();
            var length = bytes.TakePart().Length;
            var end = payload.Length - bytes.Rest.Length;
            parts.Add((ordinal, step > 0 ? step : throw SeriesBytes.Malformed("a window has no length"), payload.Slice(end - length, length)));
        }

        bytes.RequireEnd();
        return parts;
    }
}
