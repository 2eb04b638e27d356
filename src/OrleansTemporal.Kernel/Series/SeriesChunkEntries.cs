using System.Buffers;
using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

/// <summary>The entries of a block of chunks (docs/formats/series-segment.md).</summary>
public static class SeriesChunkEntries
{
    /// <summary>Reads those entries of a block that are of one series, or of all. Cost: about 50 ns for each entry of the block.</summary>
    /// <param name="entries">The block's entries, verified.</param>
    /// <param name="block">The block.</param>
    /// <param name="head">The head that names it.</param>
    /// <param name="ordinal">Which series; −1 for all.</param>
    /// <exception cref="TemporalException">Corrupt, <c>payload_malformed</c>.</exception>
    public static List<SeriesChunkEntry> Read(ReadOnlySpan<byte> entries, in SeriesBlock block, SeriesSegmentHead head, int ordinal)
    {
        var found = new List<SeriesChunkEntry>();
        var bytes = new SeriesBytes(entries);
        var (offset, before) = (0, block.FirstOrdinal);
        for (var i = 0; i < block.ChunkCount; i++)
        {
            before += bytes.ReadCount(Limits.SeriesPerPartitionMax);
            var entry = ReadOne(ref bytes, before, offset, head.CoveredFrom);
            offset = checked(offset + entry.Length);
            if (ordinal < 0 || ordinal == before)
            {
                found.Add(entry);
            }
        }

        bytes.RequireEnd();
        return offset == block.Data.Length ? found : throw SeriesBytes.Malformed("chunks do not fill their block");
    }

    /// <summary>Names of series, deletions, and deltas that say what is kept, of a segment.</summary>
    /// <param name="names">The part that the head says, verified.</param>
    /// <param name="head">The head.</param>
    /// <exception cref="TemporalException">Corrupt, <c>payload_malformed</c>.</exception>
    public static SeriesSegmentNames ReadNames(ReadOnlySpan<byte> names, SeriesSegmentHead head)
    {
        var bytes = new SeriesBytes(names);
        var series = new List<(string, long)>();
        var deletions = new List<(long, byte[])>();
        var keeps = new List<(long, byte[])>();
        for (var i = 0; i < head.SeriesCount; i++)
        {
            series.Add((SeriesPayload.ReadText(ref bytes), (long)bytes.ReadNumber()));
        }

        for (var i = 0; i < head.DeletionCount; i++)
        {
            deletions.Add(((long)bytes.ReadNumber(), bytes.TakePart().ToArray()));
        }

        for (var i = 0; i < head.KeepCount; i++)
        {
            keeps.Add(((long)bytes.ReadNumber(), bytes.TakePart().ToArray()));
        }

        bytes.RequireEnd();
        return new SeriesSegmentNames(series, deletions, keeps);
    }

    internal static void Write(IBufferWriter<byte> writer, SeriesChunkEntry entry, int? before, long coveredFrom)
    {
        Varint.Write(writer, (ulong)(entry.Ordinal - (before ?? entry.Ordinal)));
        Varint.Write(writer, (ulong)entry.Length);
        if (entry.Step > 0)
        {
            // A chunk of points has some.
            Varint.Write(writer, 0);
            Varint.Write(writer, (ulong)entry.Step);
        }

        Varint.Write(writer, (ulong)entry.Count);
        Varint.Write(writer, (ulong)(entry.FirstSequence - coveredFrom));
        Varint.Write(writer, (ulong)(entry.LastSequence - entry.FirstSequence));
        WriteTimes(writer, entry.Summary, 0);
        entry.Summary.Write(writer);
        Varint.Write(writer, (ulong)entry.Slices.Length);
        var end = entry.Summary.FirstTime;
        foreach (var slice in entry.Slices)
        {
            WriteTimes(writer, slice, end);
            slice.Write(writer);
            end = slice.LastTime;
        }
    }

    private static void WriteTimes(IBufferWriter<byte> writer, in ChunkSummary summary, long before)
    {
        SeriesBytes.WriteSigned(writer, summary.FirstTime - before);
        Varint.Write(writer, (ulong)summary.LastTime - (ulong)summary.FirstTime);
    }

    private static SeriesChunkEntry ReadOne(ref SeriesBytes bytes, int ordinal, int offset, long coveredFrom)
    {
        var length = bytes.ReadCount(int.MaxValue);
        var count = bytes.ReadCount(SeriesChunk.CountMax);
        var step = 0L;
        if (count == 0)
        {
            step = (long)bytes.ReadNumber();
            count = bytes.ReadCount(SeriesRowChunk.CountMax);
            if (step <= 0 || count == 0)
            {
                throw SeriesBytes.Malformed("a chunk has neither points nor windows");
            }
        }

        var firstSequence = coveredFrom + (long)bytes.ReadNumber();
        var lastSequence = firstSequence + (long)bytes.ReadNumber();
        var summary = ReadSummary(ref bytes, 0, step > 0 ? int.MaxValue : count);
        var slices = ImmutableArray<ChunkSummary>.Empty;
        if (bytes.ReadCount(count) is > 0 and var sliceCount)
        {
            var builder = ImmutableArray.CreateBuilder<ChunkSummary>(sliceCount);
            for (var end = summary.FirstTime; builder.Count < sliceCount; end = builder[^1].LastTime)
            {
                builder.Add(ReadSummary(ref bytes, end, count));
            }

            slices = builder.MoveToImmutable();
        }

        return new SeriesChunkEntry
        {
            Ordinal = ordinal,
            Offset = offset,
            Length = length,
            Count = count,
            FirstSequence = firstSequence,
            LastSequence = lastSequence,
            Summary = summary,
            Slices = slices,
            Step = step,
        };
    }

    private static ChunkSummary ReadSummary(ref SeriesBytes bytes, long before, int count)
    {
        var first = before + bytes.ReadSigned();
        return ChunkSummary.Read(ref bytes, first, (long)((ulong)first + bytes.ReadNumber()), count);
    }
}
