using OrleansTemporal.Agents;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Series;

/// <summary>The chronicle's part of one segment, as far as memory has it: where which chunks are. Thread-safe.</summary>
internal sealed class SeriesSegment
{
    // One read finds the head of most segments.
    private const int TailBytes = 16 << 10;

    private readonly AgentServices services;
    private readonly Action<SegmentRef> touch;

    private SeriesSegment(AgentServices services, SegmentRef segment, SeriesSegmentHead? head, Action<SegmentRef> touch)
    {
        this.services = services;
        this.touch = touch;
        Segment = segment;
        Head = head;
    }

    /// <summary>Which segment.</summary>
    public SegmentRef Segment { get; }

    /// <summary>What its chunks are; null where it is of a release without chunks in segments.</summary>
    public SeriesSegmentHead? Head { get; }

    /// <summary>Reads the head.</summary>
    /// <param name="touch">Told of each reading of a chunk.</param>
    public static async ValueTask<SeriesSegment> LoadAsync(AgentServices services, SegmentRef segment, Action<SegmentRef> touch, CancellationToken cancellationToken)
    {
        var reader = await services.Segments.OpenAsync(segment, cancellationToken).ConfigureAwait(false);
        if (reader.FacetLength == 0)
        {
            return new SeriesSegment(services, segment, null, touch);
        }

        var length = Math.Min(reader.FacetLength, TailBytes);
        var tail = await reader.ReadFacetBytesAsync(reader.FacetLength - length, length, cancellationToken).ConfigureAwait(false);
        var wanted = (long)SeriesSegmentHead.LengthOf(tail.AsSpan(Math.Max(0, tail.Length - SeriesSegmentHead.TrailerBytes))) + SeriesSegmentHead.TrailerBytes;
        if (wanted > reader.FacetLength)
        {
            throw SeriesCorruption.Of(segment, "says a head that is longer than everything");
        }

        if (wanted > tail.Length)
        {
            tail = await reader.ReadFacetBytesAsync(reader.FacetLength - (int)wanted, (int)wanted, cancellationToken).ConfigureAwait(false);
        }

        return new SeriesSegment(services, segment, SeriesSegmentHead.Read(tail.AsSpan(tail.Length - (int)wanted), reader.FacetLength - (int)wanted), touch);
    }

    /// <summary>Names of series, deletions and what was kept.</summary>
    public async ValueTask<SeriesSegmentNames> ReadNamesAsync(CancellationToken cancellationToken)
    {
        var reader = await services.Segments.OpenAsync(Segment, cancellationToken).ConfigureAwait(false);
        var names = Head!.Names;
        return SeriesChunkEntries.ReadNames(await reader.ReadFacetPartAsync(names.Offset, names.Length, names.Checksum, cancellationToken).ConfigureAwait(false), Head);
    }

    /// <summary>Adds the chunks of a series that have points between two event times.</summary>
    /// <param name="to">The first behind; <see cref="long.MaxValue"/> for no end.</param>
    public async ValueTask AddPartsAsync(int ordinal, long from, long to, List<SeriesPart> parts, CancellationToken cancellationToken)
    {
        if (Head is not { } head)
        {
            return;
        }

        for (var i = FirstBlockOf(head, ordinal); i < head.Blocks.Length && head.Blocks[i].FirstOrdinal <= ordinal; i++)
        {
            var block = head.Blocks[i];
            if (block.LastTime < from || (to != long.MaxValue && block.FirstTime >= to))
            {
                continue;
            }

            var reader = await services.Segments.OpenAsync(Segment, cancellationToken).ConfigureAwait(false);
            var entries = await reader.ReadFacetPartAsync(block.Entries.Offset, block.Entries.Length, block.Entries.Checksum, cancellationToken).ConfigureAwait(false);
            foreach (var entry in SeriesChunkEntries.Read(entries, block, head, ordinal))
            {
                if (entry.Summary.LastTime >= from && (to == long.MaxValue || entry.Summary.FirstTime < to))
                {
                    parts.Add(new SeriesPart(entry, this, block));
                }
            }
        }
    }

    /// <summary>
    /// Versions of points, and windows, that are here, and how many of them are kept no more: of a chunk that is partly so, as
    /// many as if they were evenly spread; zeros, at no cost, of a segment that has nothing so old. Else costs a read of all entries.
    /// </summary>
    public async ValueTask<(long All, long Gone)> CountGoneAsync(SeriesKept kept, CancellationToken cancellationToken)
    {
        var (all, gone) = (0L, 0.0);
        if (Head is not { } head || !head.Blocks.Any(block => block.FirstTime < kept.PointsFrom))
        {
            return (0, 0);
        }

        var reader = await services.Segments.OpenAsync(Segment, cancellationToken).ConfigureAwait(false);
        foreach (var block in head.Blocks)
        {
            var entries = await reader.ReadFacetPartAsync(block.Entries.Offset, block.Entries.Length, block.Entries.Checksum, cancellationToken).ConfigureAwait(false);
            foreach (var entry in SeriesChunkEntries.Read(entries, block, head, -1))
            {
                all += entry.Count;
                gone += entry.Count * SeriesRowParts.ShareGone(entry, kept);
            }
        }

        return (all, (long)Math.Ceiling(gone));
    }

    /// <summary>The bytes of a chunk.</summary>
    public ValueTask<ReadOnlyMemory<byte>> ReadChunkAsync(in SeriesBlock block, SeriesChunkEntry entry, CancellationToken cancellationToken) =>
        ReadChunkAsync(block.Data, entry, cancellationToken);

    private async ValueTask<ReadOnlyMemory<byte>> ReadChunkAsync(SeriesExtent data, SeriesChunkEntry entry, CancellationToken cancellationToken)
    {
        var reader = await services.Segments.OpenAsync(Segment, cancellationToken).ConfigureAwait(false);
        var bytes = await reader.ReadFacetPartAsync(data.Offset, data.Length, data.Checksum, cancellationToken).ConfigureAwait(false);
        touch(Segment);
        return bytes.AsMemory(entry.Offset, entry.Length);
    }

    // The first block that may have chunks of a series: blocks are in the order of ordinals.
    private static int FirstBlockOf(SeriesSegmentHead head, int ordinal)
    {
        var (low, high) = (0, head.Blocks.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = head.Blocks[middle].LastOrdinal < ordinal ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
