using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Caching;
using OrleansTemporal.Storage.Compression;
using OrleansTemporal.Storage.Filters;
using OrleansTemporal.Storage.Formats;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Runs;

/// <summary>
/// Reads one key run. Index and filter are held in memory, blocks in the shared cache. Thread-safe; obtained from a
/// <see cref="RunCatalog"/>.
/// </summary>
public sealed class RunReader
{
    private readonly IObjectStore store;
    private readonly BlockCache cache;
    private readonly RunIndex index;
    private readonly KeyFilter filter;
    private readonly long objectId;

    private RunReader(IObjectStore store, BlockCache cache, RunRef run, RunIndex index, byte[] filterBits)
    {
        this.store = store;
        this.cache = cache;
        this.index = index;
        filter = new(filterBits);
        Run = run;
        objectId = cache.IdOf(run.ObjectPath);
    }

    /// <summary>Which run this is.</summary>
    public RunRef Run { get; }

    /// <summary>Bytes of memory that index and filter take.</summary>
    public long IndexBytes => 256 + index.Bytes + Run.FilterBytes;

    internal RunIndex Index => index;

    internal static async ValueTask<RunReader> OpenAsync(
        IObjectStore store, BlockCache cache, RunRef run, CancellationToken cancellationToken)
    {
        var footer = await Section.ReadFooterAsync(
            store, FormatMagic.Run, run.ObjectPath, run.Offset, run.Length, cancellationToken).ConfigureAwait(false);
        var index = RunIndex.Read(footer, run);
        var bits = await index.Filter.ReadAsync(store, run.ObjectPath, run.Offset, "the filter's bits", cancellationToken).ConfigureAwait(false);
        return new(store, cache, run, index, bits);
    }

    /// <summary>False when the run certainly has no version of the key. Cost: one cache line.</summary>
    /// <param name="keyHash"><see cref="KeyHash.Of"/> the key.</param>
    public bool MightContain(ulong keyHash) => filter.MightContain(keyHash);

    /// <summary>The newest version of a key within a bound, or null. Completes at once when the block is cached.</summary>
    /// <param name="key">The key.</param>
    /// <param name="keyHash"><see cref="KeyHash.Of"/> the key.</param>
    /// <param name="bound">Up to which sequence and system time.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <exception cref="TemporalException">Corrupt when the bytes don't verify.</exception>
    public ValueTask<RunEntry?> FindAsync(ReadOnlyMemory<byte> key, ulong keyHash, RunBound bound, CancellationToken cancellationToken)
    {
        if (!filter.MightContain(keyHash))
        {
            return default;
        }

        for (var block = Math.Max(0, index.BlockBefore(key.Span, bound)); IsWorthReading(block, key.Span); block++)
        {
            if (!cache.TryGet(KeyOf(block), out var unpacked))
            {
                return FindSlowlyAsync(block, key, bound, cancellationToken);
            }

            if (RunBlockSearch.TryFind(unpacked, key.Span, bound, out var entry, out var endsBefore))
            {
                return new(entry);
            }

            if (!endsBefore)
            {
                return default;
            }
        }

        return default;
    }

    /// <summary>A cursor over the run's entries, at first before all of them.</summary>
    /// <param name="prefix">The cursor ends behind the keys that begin with this.</param>
    public RunCursor OpenCursor(ReadOnlyMemory<byte> prefix = default) => new(this, prefix, stream: null);

    /// <summary>Reads the whole run back from storage, past the cache: every block, in order, and as many entries as there should be.</summary>
    /// <exception cref="TemporalException">Corrupt, with the place.</exception>
    public async ValueTask VerifyAsync(CancellationToken cancellationToken)
    {
        var cursor = OpenScan();
        var count = 0L;
        while (await cursor.MoveNextAsync(cancellationToken).ConfigureAwait(false))
        {
            count++;
        }

        if (count != Run.EntryCount)
        {
            throw StoredBytes.Corrupt(Run.ObjectPath, Run.Offset, $"the run has {count} entries, its manifest says {Run.EntryCount}");
        }
    }

    /// <summary>A cursor for reading the run from end to end, past the cache.</summary>
    internal RunCursor OpenScan() => new(this, default, new BlockStream(store, Run.ObjectPath, Run.Offset + index.Filter.Offset));

    internal ValueTask<byte[]> BlockAsync(int block, BlockStream? stream, CancellationToken cancellationToken) =>
        stream is null
            ? cache.GetAsync(KeyOf(block), (Reader: this, Block: block), static (load, token) => load.Reader.LoadAsync(load.Block, token), cancellationToken)
            : ScanAsync(block, stream, cancellationToken);

    private async ValueTask<RunEntry?> FindSlowlyAsync(int block, ReadOnlyMemory<byte> key, RunBound bound, CancellationToken cancellationToken)
    {
        for (; IsWorthReading(block, key.Span); block++)
        {
            var unpacked = await BlockAsync(block, null, cancellationToken).ConfigureAwait(false);
            if (RunBlockSearch.TryFind(unpacked, key.Span, bound, out var entry, out var endsBefore))
            {
                return entry;
            }

            if (!endsBefore)
            {
                return null;
            }
        }

        return null;
    }

    private bool IsWorthReading(int block, ReadOnlySpan<byte> key) =>
        block < index.Blocks.Length && index.FirstKeyOf(block).SequenceCompareTo(key) <= 0;

    private BlockKey KeyOf(int block) => new(objectId, Run.Offset + index.Blocks[block].Offset);

    private async ValueTask<byte[]> LoadAsync(int block, CancellationToken cancellationToken)
    {
        var row = index.Blocks[block];
        var offset = Run.Offset + row.Offset;
        var unpacked = await BlockLoader.LoadAsync(store, Run.ObjectPath, offset, row.Packed, cancellationToken).ConfigureAwait(false);
        RunBlockCheck.Check(unpacked, row, index.FirstKeyOf(block), Run, offset);
        return unpacked;
    }

    private async ValueTask<byte[]> ScanAsync(int block, BlockStream stream, CancellationToken cancellationToken)
    {
        var row = index.Blocks[block];
        var stored = await stream.ReadAsync(Run.Offset + row.Offset, row.StoredLength, cancellationToken).ConfigureAwait(false);
        var unpacked = BlockLoader.Unpack(stored.Span, row.Packed, Run.ObjectPath, Run.Offset + row.Offset);
        RunBlockCheck.Check(unpacked, row, index.FirstKeyOf(block), Run, Run.Offset + row.Offset);
        return unpacked;
    }
}
