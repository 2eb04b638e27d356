using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Tests.Segments;

/// <summary>A store whose reads of ranges wait until they are let go, so that a test sees how many there are at once.</summary>
internal sealed class WaitingStore(MemoryObjectStore store) : IObjectStore
{
    private readonly Lock gate = new();
    private readonly List<TaskCompletionSource> waiting = [];

    /// <summary>Reads complete at once, or wait.</summary>
    public bool IsHeld { get; set; }

    /// <summary>Reads that wait now.</summary>
    public int WaitingCount
    {
        get
        {
            lock (gate)
            {
                return waiting.Count;
            }
        }
    }

    /// <summary>Reads since it was set to zero.</summary>
    public int ReadCount { get; set; }

    /// <summary>Lets all go that wait.</summary>
    public void LetGo()
    {
        TaskCompletionSource[] released;
        lock (gate)
        {
            released = [.. waiting];
            waiting.Clear();
        }

        foreach (var one in released)
        {
            one.SetResult();
        }
    }

    public async ValueTask<int> ReadAsync(string path, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        ReadCount++;
        if (IsHeld)
        {
            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (gate)
            {
                waiting.Add(turn);
            }

            await turn.Task;
        }

        return await store.ReadAsync(path, offset, destination, cancellationToken);
    }

    public ValueTask<IObjectWriter> CreateAsync(string path, CancellationToken cancellationToken) => store.CreateAsync(path, cancellationToken);

    public ValueTask<string?> PutIfMatchAsync(string path, ReadOnlyMemory<byte> content, string? expectedTag, CancellationToken cancellationToken) =>
        store.PutIfMatchAsync(path, content, expectedTag, cancellationToken);

    public ValueTask<StoredObject?> GetAsync(string path, CancellationToken cancellationToken) => store.GetAsync(path, cancellationToken);

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken) => store.ListAsync(prefix, cancellationToken);

    public ValueTask DeleteAsync(string path, CancellationToken cancellationToken) => store.DeleteAsync(path, cancellationToken);

    public ValueTask SetTierAsync(string path, StorageTier tier, CancellationToken cancellationToken) => store.SetTierAsync(path, tier, cancellationToken);
}
