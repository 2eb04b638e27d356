using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

/// <summary>The payload of deltas that say what is kept of a stream, schema version 1 (docs/formats/series-payload.md).</summary>
public sealed record SeriesKeepPayload
{
    private const byte PlannedFlag = 1;

    /// <summary>From then on less is kept, or is about to be.</summary>
    public static DeltaKind Keep { get; } = DeltaKind.Parse("chronicle.keep");

    /// <summary>What is kept.</summary>
    public required SeriesKept Kept { get; init; }

    /// <summary>True when it is about to be: points that will become windows are not changed any more, and are answered still.</summary>
    public bool IsPlanned { get; init; }

    /// <summary>Deltas whose payloads go, first and last sequence of each run, ascending.</summary>
    public ImmutableArray<(long First, long Last)> LetGo { get; init; } = [];

    /// <summary>Writes it.</summary>
    public void Write(IBufferWriter<byte> writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        SeriesBytes.WriteByte(writer, IsPlanned ? PlannedFlag : (byte)0);
        WriteTime(writer, Kept.From);
        Varint.Write(writer, (ulong)Kept.Bands.Length);
        foreach (var band in Kept.Bands)
        {
            WriteTime(writer, band.Before);
            Varint.Write(writer, (ulong)band.Step);
        }

        Varint.Write(writer, (ulong)LetGo.Length);
        var end = 0L;
        foreach (var (first, last) in LetGo)
        {
            Varint.Write(writer, (ulong)(first - end));
            Varint.Write(writer, (ulong)(last - first));
            end = last;
        }
    }

    /// <summary>Reads it.</summary>
    /// <exception cref="TemporalException">Corrupt, <c>payload_malformed</c>.</exception>
    public static SeriesKeepPayload Read(ReadOnlySpan<byte> payload)
    {
        var bytes = new SeriesBytes(payload);
        var flags = bytes.ReadByte();
        if (flags > PlannedFlag)
        {
            throw SeriesBytes.Malformed("what is kept has unknown flags");
        }

        var from = (long)bytes.ReadUInt64();
        var bands = ImmutableArray.CreateBuilder<SeriesBand>();
        for (var count = bytes.ReadCount(SeriesKeeping.BandsMax); bands.Count < count;)
        {
            var band = new SeriesBand((long)bytes.ReadUInt64(), (long)bytes.ReadNumber());
            if (band.Step <= 0 || (bands.Count > 0 && band.Before <= bands[^1].Before))
            {
                throw SeriesBytes.Malformed("a band is none, or out of order");
            }

            bands.Add(band);
        }

        var runs = ImmutableArray.CreateBuilder<(long, long)>();
        var end = 0L;
        for (var count = bytes.ReadCount(int.MaxValue); runs.Count < count;)
        {
            var first = end + (long)bytes.ReadNumber();
            var last = first + (long)bytes.ReadNumber();
            if (first <= end || last < first)
            {
                throw SeriesBytes.Malformed("deltas that were let go are out of order");
            }

            runs.Add((first, last));
            end = last;
        }

        bytes.RequireEnd();
        return new SeriesKeepPayload { Kept = new SeriesKept { From = from, Bands = bands.ToImmutable() }, IsPlanned = flags == PlannedFlag, LetGo = runs.ToImmutable() };
    }

    private static void WriteTime(IBufferWriter<byte> writer, long time)
    {
        BinaryPrimitives.WriteInt64LittleEndian(writer.GetSpan(sizeof(long)), time);
        writer.Advance(sizeof(long));
    }
}
