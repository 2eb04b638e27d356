using OrleansTemporal.Storage.Caching;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Runs;

/// <summary>Opens key runs and keeps their indexes and filters in memory within a bound. One per process; thread-safe.</summary>
/// <param name="store">Where the objects are.</param>
/// <param name="blocks">The shared cache of blocks.</param>
/// <param name="indexBytesMax">Bound on indexes and filters in memory, in bytes.</param>
public sealed class RunCatalog(IObjectStore store, BlockCache blocks, long indexBytesMax)
{
    private readonly WeightedCache<BlockKey, RunReader> readers = new(indexBytesMax, static reader => reader.IndexBytes, shardCountMax: 1);

    /// <summary>Counters and sizes of the index cache.</summary>
    public CacheStatus Status => readers.Status;

    /// <summary>A reader of the run. Completes at once when its index is in memory.</summary>
    /// <exception cref="Errors.TemporalException">Corrupt when its index does not verify; NotFound, <c>object_not_found</c>.</exception>
    public ValueTask<RunReader> OpenAsync(RunRef run, CancellationToken cancellationToken) =>
        readers.GetAsync(
            new(blocks.IdOf(run.ObjectPath), run.Offset),
            (Catalog: this, Run: run),
            static (load, token) => load.Catalog.LoadAsync(load.Run, token),
            cancellationToken);

    /// <summary>Readers of all runs of a manifest, oldest first.</summary>
    /// <exception cref="Errors.TemporalException">Corrupt when an index does not verify; NotFound, <c>object_not_found</c>.</exception>
    public ValueTask<RunSet> OpenAsync(IReadOnlyList<RunRef> runs, CancellationToken cancellationToken) => OpenAsync(runs, RunSet.Empty, cancellationToken);

    /// <summary>Readers of all runs of a manifest, oldest first.</summary>
    /// <param name="runs">The runs.</param>
    /// <param name="known">Readers of an earlier manifest, which go on being used: a filter too large for the cache is not read again at every seal.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="Errors.TemporalException">Corrupt when an index does not verify; NotFound, <c>object_not_found</c>.</exception>
    public async ValueTask<RunSet> OpenAsync(IReadOnlyList<RunRef> runs, RunSet known, CancellationToken cancellationToken)
    {
        var opened = new RunReader[runs.Count];
        for (var i = 0; i < opened.Length; i++)
        {
            opened[i] = known.ReaderOf(runs[i]) ?? await OpenAsync(runs[i], cancellationToken).ConfigureAwait(false);
        }

        return new(opened);
    }

    /// <summary>Forgets what is cached of an object that was removed, its blocks too.</summary>
    public void Forget(string objectPath)
    {
        var id = blocks.IdOf(objectPath);
        readers.RemoveWhere(key => key.ObjectId == id);
        blocks.Forget(objectPath);
    }

    private async ValueTask<RunReader> LoadAsync(RunRef run, CancellationToken cancellationToken)
    {
        var reader = await RunReader.OpenAsync(store, blocks, run, cancellationToken).ConfigureAwait(false);
        blocks.Lend(this, Math.Min(readers.Bytes + reader.IndexBytes, readers.BytesMax));
        return reader;
    }
}
