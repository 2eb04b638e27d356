using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Agents.Tests.Backups;

/// <summary>A store whose calls fail from a number on, as a disk that was pulled out does.</summary>
internal sealed class FailingStore(IObjectStore inner, int failsFrom) : IObjectStore
{
    private int calls;

    public int Calls => calls;

    /// <summary>What is done at each call, before it.</summary>
    public Action? Called { get; init; }

    public async ValueTask<IObjectWriter> CreateAsync(string path, CancellationToken cancellationToken)
    {
        Count();
        return new Writer(this, await inner.CreateAsync(path, cancellationToken));
    }

    public ValueTask<string?> PutIfMatchAsync(string path, ReadOnlyMemory<byte> content, string? expectedTag, CancellationToken cancellationToken)
    {
        Count();
        return inner.PutIfMatchAsync(path, content, expectedTag, cancellationToken);
    }

    public ValueTask<StoredObject?> GetAsync(string path, CancellationToken cancellationToken)
    {
        Count();
        return inner.GetAsync(path, cancellationToken);
    }

    public ValueTask<int> ReadAsync(string path, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        Count();
        return inner.ReadAsync(path, offset, destination, cancellationToken);
    }

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        Count();
        return inner.ListAsync(prefix, cancellationToken);
    }

    public ValueTask DeleteAsync(string path, CancellationToken cancellationToken)
    {
        Count();
        return inner.DeleteAsync(path, cancellationToken);
    }

    public ValueTask SetTierAsync(string path, StorageTier tier, CancellationToken cancellationToken) => inner.SetTierAsync(path, tier, cancellationToken);

    private void Count()
    {
        Called?.Invoke();
        if (++calls >= failsFrom)
        {
            throw new TemporalException(ErrorKind.Unavailable, ErrorCodes.StorageFailed, "pulled out");
        }
    }

    private sealed class Writer(FailingStore store, IObjectWriter inner) : IObjectWriter
    {
        public long Length => inner.Length;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            store.Count();
            return inner.WriteAsync(bytes, cancellationToken);
        }

        public ValueTask<bool> CommitAsync(CancellationToken cancellationToken)
        {
            store.Count();
            return inner.CommitAsync(cancellationToken);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
