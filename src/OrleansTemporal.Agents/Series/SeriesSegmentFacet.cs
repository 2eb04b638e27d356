using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Series;

/// <summary>Joins the chunks of segments that are merged.</summary>
internal sealed class SeriesSegmentFacet : ISegmentFacet
{
    public static SeriesSegmentFacet Instance { get; } = new();

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> MergeFacets(IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        // Those of a release without chunks in segments are the oldest.
        var sources = parts.Where(static part => !part.IsEmpty).Select(static part => new Source(part)).ToArray();
        if (sources.Length == 0)
        {
            return default;
        }

        var builder = new SeriesSegmentBuilder(sources[0].Head.CoveredFrom, sources[0].Head.FirstOrdinal);
        foreach (var source in sources)
        {
            AddNames(SeriesChunkEntries.ReadNames(source.Names, source.Head), builder);
        }

        Merge(sources, builder, static _ => { });
        return builder.Finish();
    }

    /// <summary>What is left of a part.</summary>
    /// <param name="part">The part, whole; empty where the segment is of a release without chunks in segments.</param>
    /// <param name="kept">What policy has left.</param>
    /// <param name="removed">Versions of points, and windows, that were taken out.</param>
    public static ReadOnlyMemory<byte> Thin(ReadOnlyMemory<byte> part, SeriesKept kept, out long removed)
    {
        removed = 0;
        if (part.IsEmpty)
        {
            return part;
        }

        var source = new Source(part);
        var builder = new SeriesSegmentBuilder(source.Head.CoveredFrom, source.Head.FirstOrdinal);
        AddNames(SeriesChunkEntries.ReadNames(source.Names, source.Head), builder);
        var gone = 0L;
        Merge([source], builder, parts =>
        {
            gone += parts.Sum(static one => (long)one.Count);
            SeriesRowParts.Thin(parts, kept);
            gone -= parts.Sum(static one => (long)one.Count);
        });
        removed = gone;
        return builder.Finish();
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> MergeZones(IReadOnlyList<ReadOnlyMemory<byte>> zones) => default;

    /// <summary>Writes the chunks of one series.</summary>
    public static void Write(List<SeriesPart> parts, SeriesSegmentBuilder builder)
    {
        foreach (var part in SeriesCompaction.Compact(parts))
        {
            part.TryGetBytes(out var bytes);
            builder.AddChunk(part.HasWindows ? part.Entry : part.Entry with { Slices = ChunkRollup.Coarsen(part.Entry.Slices, part.Count) }, bytes.Span);
        }
    }

    private static void AddNames(SeriesSegmentNames names, SeriesSegmentBuilder builder)
    {
        foreach (var (text, firstSequence) in names.Series)
        {
            builder.AddSeries(text, firstSequence);
        }

        foreach (var (sequence, payload) in names.Deletions)
        {
            builder.AddDeletion(sequence, payload);
        }

        foreach (var (sequence, payload) in names.Keeps)
        {
            builder.AddKeep(sequence, payload);
        }
    }

    private static void Merge(Source[] sources, SeriesSegmentBuilder builder, Action<List<SeriesPart>> change)
    {
        var parts = new List<SeriesPart>();
        while (true)
        {
            var ordinal = sources.Min(static source => source.Ordinal);
            if (ordinal == int.MaxValue)
            {
                return;
            }

            parts.Clear();
            foreach (var source in sources)
            {
                source.Take(ordinal, parts);
            }

            change(parts);
            Write(parts, builder);
        }
    }

    // One part, gone through in the order of ordinals.
    private sealed class Source
    {
        private readonly ReadOnlyMemory<byte> part;
        private List<SeriesChunkEntry> entries = [];
        private int block = -1;
        private int next;

        public Source(ReadOnlyMemory<byte> part)
        {
            this.part = part;
            var length = SeriesSegmentHead.LengthOf(part.Span[Math.Max(0, part.Length - SeriesSegmentHead.TrailerBytes)..]) + SeriesSegmentHead.TrailerBytes;
            Head = SeriesSegmentHead.Read(part.Span[Math.Max(0, part.Length - length)..], Math.Max(0, part.Length - length));
            Fill();
        }

        public SeriesSegmentHead Head { get; }

        public ReadOnlySpan<byte> Names => part.Span.Slice(Head.Names.Offset, Head.Names.Length);

        public int Ordinal => next < entries.Count ? entries[next].Ordinal : int.MaxValue;

        public void Take(int ordinal, List<SeriesPart> parts)
        {
            while (Ordinal == ordinal)
            {
                var entry = entries[next++];
                parts.Add(new SeriesPart(entry, part.Slice(Head.Blocks[block].Data.Offset + entry.Offset, entry.Length)));
                Fill();
            }
        }

        private void Fill()
        {
            while (next == entries.Count && block + 1 < Head.Blocks.Length)
            {
                var extent = Head.Blocks[++block].Entries;
                entries = SeriesChunkEntries.Read(part.Span.Slice(extent.Offset, extent.Length), Head.Blocks[block], Head, -1);
                next = 0;
            }
        }
    }
}
