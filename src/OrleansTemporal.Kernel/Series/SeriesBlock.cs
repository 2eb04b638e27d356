using System.Buffers;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>Some neighbouring chunks of a segment: their entries and, behind, the chunks; as the head of the segment's part knows them.</summary>
public readonly record struct SeriesBlock
{
    /// <summary>The least ordinal in it.</summary>
    public required int FirstOrdinal { get; init; }

    /// <summary>The greatest ordinal in it.</summary>
    public required int LastOrdinal { get; init; }

    /// <summary>The earliest event time in it.</summary>
    public required long FirstTime { get; init; }

    /// <summary>The latest event time in it.</summary>
    public required long LastTime { get; init; }

    /// <summary>Chunks in it.</summary>
    public required int ChunkCount { get; init; }

    /// <summary>Where the chunks are.</summary>
    public required SeriesExtent Data { get; init; }

    /// <summary>Where their entries are.</summary>
    public required SeriesExtent Entries { get; init; }

    internal void Write(IBufferWriter<byte> writer)
    {
        Varint.Write(writer, (ulong)FirstOrdinal);
        Varint.Write(writer, (ulong)(LastOrdinal - FirstOrdinal));
        SeriesBytes.WriteSigned(writer, FirstTime);
        Varint.Write(writer, (ulong)LastTime - (ulong)FirstTime);
        Varint.Write(writer, (ulong)ChunkCount);
        Data.Write(writer);
        Entries.Write(writer);
    }

    internal static SeriesBlock Read(ref SeriesBytes bytes)
    {
        var ordinal = bytes.ReadCount(Limits.SeriesPerPartitionMax);
        var last = ordinal + bytes.ReadCount(Limits.SeriesPerPartitionMax);
        var first = bytes.ReadSigned();
        return new SeriesBlock
        {
            FirstOrdinal = ordinal,
            LastOrdinal = last,
            FirstTime = first,
            LastTime = (long)((ulong)first + bytes.ReadNumber()),
            ChunkCount = bytes.ReadCount(SeriesSegmentBuilder.ChunksPerBlockMax),
            Data = SeriesExtent.Read(ref bytes),
            Entries = SeriesExtent.Read(ref bytes),
        };
    }
}
