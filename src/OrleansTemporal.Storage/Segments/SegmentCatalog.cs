using OrleansTemporal.Storage.Caching;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Segments;

/// <summary>Opens segments and keeps their indexes in memory within a bound. One per process; thread-safe.</summary>
/// <param name="store">Where the objects are.</param>
/// <param name="blocks">The shared cache of blocks.</param>
/// <param name="indexBytesMax">Bound on the indexes in memory, in bytes.</param>
public sealed class SegmentCatalog(IObjectStore store, BlockCache blocks, long indexBytesMax)
{
    private readonly WeightedCache<BlockKey, SegmentReader> readers = new(indexBytesMax, static reader => reader.IndexBytes, shardCountMax: 1);

    /// <summary>Counters and sizes of the index cache.</summary>
    public CacheStatus Status => readers.Status;

    /// <summary>A reader of the segment. Completes at once when its index is in memory.</summary>
    /// <exception cref="Errors.TemporalException">Corrupt when its index does not verify; NotFound, <c>object_not_found</c>.</exception>
    public ValueTask<SegmentReader> OpenAsync(SegmentRef segment, CancellationToken cancellationToken) =>
        readers.GetAsync(
            new(blocks.IdOf(segment.ObjectPath), segment.Offset),
            (Catalog: this, Segment: segment),
            static (load, token) => load.Catalog.LoadAsync(load.Segment, token),
            cancellationToken);

    /// <summary>Forgets what is cached of an object that was removed, its blocks too.</summary>
    public void Forget(string objectPath)
    {
        var id = blocks.IdOf(objectPath);
        readers.RemoveWhere(key => key.ObjectId == id);
        blocks.Forget(objectPath);
    }

    private async ValueTask<SegmentReader> LoadAsync(SegmentRef segment, CancellationToken cancellationToken)
    {
        var reader = await SegmentReader.OpenAsync(store, blocks, segment, cancellationToken).ConfigureAwait(false);
        blocks.Lend(this, Math.Min(readers.Bytes + reader.IndexBytes, readers.BytesMax));
        return reader;
    }
}
