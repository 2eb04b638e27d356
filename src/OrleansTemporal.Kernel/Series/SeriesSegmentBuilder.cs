using System.Buffers;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>Writes the chronicle's part of a segment (docs/formats/series-segment.md): chunks in the order of ordinals, then of times. Not thread-safe.</summary>
public sealed class SeriesSegmentBuilder
{
    /// <summary>Chunks in one block at most.</summary>
    public const int ChunksPerBlockMax = 256;

    /// <summary>Bytes after which a block is full: one read of a disk, and few enough to be read for one chunk.</summary>
    public const int BlockBytes = 32 << 10;

    private readonly ArrayBufferWriter<byte> writer = new(1 << 16);
    private readonly ArrayBufferWriter<byte> entries = new();
    private readonly ArrayBufferWriter<byte> names = new();
    private readonly ArrayBufferWriter<byte> deletions = new();
    private readonly ArrayBufferWriter<byte> keeps = new();
    private readonly List<SeriesBlock> blocks = [];
    private readonly long coveredFrom;
    private readonly int firstOrdinal;
    private int seriesCount;
    private int deletionCount;
    private int keepCount;
    private bool hasWindows;
    private int chunkCount;
    private int blockStart;
    private (int First, int Last) ordinals;
    private (long First, long Last) times;

    /// <summary>Begins a part.</summary>
    /// <param name="coveredFrom">The first delta whose points are in it.</param>
    /// <param name="firstOrdinal">The ordinal of the first series that these deltas name.</param>
    public SeriesSegmentBuilder(long coveredFrom, int firstOrdinal)
    {
        this.coveredFrom = coveredFrom;
        this.firstOrdinal = firstOrdinal;
    }

    /// <summary>Names the next series: the one with the next ordinal.</summary>
    /// <param name="text">Its canonical text.</param>
    /// <param name="firstSequence">The delta that named it.</param>
    public void AddSeries(string text, long firstSequence)
    {
        SeriesPayload.WriteText(names, text);
        Varint.Write(names, (ulong)firstSequence);
        seriesCount++;
    }

    /// <summary>Adds the next deletion, by sequence.</summary>
    /// <param name="sequence">Its delta.</param>
    /// <param name="payload">The payload of that (<see cref="SeriesDeletionPayload"/>).</param>
    public void AddDeletion(long sequence, ReadOnlySpan<byte> payload)
    {
        Varint.Write(deletions, (ulong)sequence);
        Varint.Write(deletions, (ulong)payload.Length);
        deletions.Write(payload);
        deletionCount++;
    }

    /// <summary>Adds the next delta that says what is kept, by sequence.</summary>
    /// <param name="sequence">The delta.</param>
    /// <param name="payload">Its payload (<see cref="SeriesKeepPayload"/>), without what it let go.</param>
    public void AddKeep(long sequence, ReadOnlySpan<byte> payload)
    {
        Varint.Write(keeps, (ulong)sequence);
        Varint.Write(keeps, (ulong)payload.Length);
        keeps.Write(payload);
        keepCount++;
    }

    /// <summary>Adds the next chunk, by ordinal, then by its first event time.</summary>
    /// <param name="entry">What is known of it; its offset is not looked at.</param>
    /// <param name="chunk">Its bytes.</param>
    public void AddChunk(SeriesChunkEntry entry, ReadOnlySpan<byte> chunk)
    {
        if (chunkCount == ChunksPerBlockMax || (chunkCount > 0 && writer.WrittenCount - blockStart + chunk.Length > BlockBytes))
        {
            CloseBlock();
        }

        var (first, last) = (entry.Summary.FirstTime, entry.Summary.LastTime);
        times = chunkCount == 0 ? (first, last) : (Math.Min(times.First, first), Math.Max(times.Last, last));
        SeriesChunkEntries.Write(entries, entry, chunkCount == 0 ? null : ordinals.Last, coveredFrom);
        ordinals = (chunkCount == 0 ? entry.Ordinal : ordinals.First, entry.Ordinal);
        chunkCount++;
        hasWindows |= entry.Step > 0;
        writer.Write(chunk);
    }

    /// <summary>Ends the part.</summary>
    /// <returns>Its bytes; nobody writes to them again.</returns>
    public ReadOnlyMemory<byte> Finish()
    {
        if (chunkCount > 0)
        {
            CloseBlock();
        }

        var namesStart = writer.WrittenCount;
        writer.Write(names.WrittenSpan);
        writer.Write(deletions.WrittenSpan);
        writer.Write(keeps.WrittenSpan);
        new SeriesSegmentHead
        {
            CoveredFrom = coveredFrom,
            FirstOrdinal = firstOrdinal,
            SeriesCount = seriesCount,
            DeletionCount = deletionCount,
            KeepCount = keepCount,
            HasWindows = hasWindows,
            Names = ExtentFrom(namesStart),
            Blocks = [.. blocks],
        }.Write(writer);
        return writer.WrittenMemory;
    }

    private void CloseBlock()
    {
        var data = ExtentFrom(blockStart);
        var entriesStart = writer.WrittenCount;
        writer.Write(entries.WrittenSpan);
        blocks.Add(new SeriesBlock
        {
            FirstOrdinal = ordinals.First,
            LastOrdinal = ordinals.Last,
            FirstTime = times.First,
            LastTime = times.Last,
            ChunkCount = chunkCount,
            Data = data,
            Entries = ExtentFrom(entriesStart),
        });
        entries.ResetWrittenCount();
        (chunkCount, blockStart) = (0, writer.WrittenCount);
    }

    private SeriesExtent ExtentFrom(int start) => new(start, writer.WrittenCount - start, Crc32C.Compute(writer.WrittenSpan[start..]));
}
