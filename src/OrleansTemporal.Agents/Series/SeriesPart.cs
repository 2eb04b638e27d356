namespace OrleansTemporal.Series;

/// <summary>A closed chunk of a series: what is known of it without decoding, and its bytes or where they are. Immutable.</summary>
internal sealed class SeriesPart
{
    private readonly SeriesSegment? segment;
    private readonly SeriesBlock block;
    private readonly ReadOnlyMemory<byte> bytes;

    /// <summary>A chunk in memory.</summary>
    public SeriesPart(SeriesChunkEntry entry, ReadOnlyMemory<byte> bytes)
    {
        Entry = entry;
        this.bytes = bytes;
    }

    /// <summary>A chunk in a segment.</summary>
    public SeriesPart(SeriesChunkEntry entry, SeriesSegment segment, in SeriesBlock block)
    {
        Entry = entry;
        this.segment = segment;
        this.block = block;
    }

    /// <summary>What is known of it.</summary>
    public SeriesChunkEntry Entry { get; }

    /// <summary>Whether it has windows instead of points.</summary>
    public bool HasWindows => Entry.Step > 0;

    /// <summary>Versions of points in it, or windows.</summary>
    public int Count => Entry.Count;

    /// <summary>Event times and sequences that it covers.</summary>
    public SeriesSpan Span => new(Entry.Summary.FirstTime, Entry.Summary.LastTime, Entry.FirstSequence, Entry.LastSequence);

    /// <summary>Bytes of memory that it takes, about.</summary>
    public long MemoryBytes => bytes.Length + 300 + (Entry.Slices.Length * 128L);

    /// <summary>The chunk, when it is in memory.</summary>
    public bool TryGetBytes(out ReadOnlyMemory<byte> chunk)
    {
        chunk = bytes;
        return segment is null;
    }

    /// <summary>The chunk. Completes at once when it is in memory or in the cache.</summary>
    /// <exception cref="Errors.TemporalException">Corrupt; NotFound when its segment has been replaced by another.</exception>
    public ValueTask<ReadOnlyMemory<byte>> LoadAsync(CancellationToken cancellationToken) =>
        segment is null ? new(bytes) : segment.ReadChunkAsync(block, Entry, cancellationToken);
}
