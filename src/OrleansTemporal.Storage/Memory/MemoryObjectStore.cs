using System.Globalization;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Formats;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Memory;

/// <summary>Objects in memory, for tests and simulations. Any call can be delayed, fail before its work, or fail after it.</summary>
/// <param name="time">Clock for delays; the system's when null.</param>
public sealed partial class MemoryObjectStore(TimeProvider? time = null) : IObjectStore
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, Entry> objects = new(StringComparer.Ordinal);
    private long lastTag;

    /// <summary>Asked before every call; answers what goes wrong with it. Null: nothing does.</summary>
    public Func<ObjectOperation, string, ObjectFault>? Faults { get; set; }

    /// <summary>Bytes committed and put since the start, for measuring write amplification.</summary>
    public long WrittenBytes { get; private set; }

    /// <summary>Paths and lengths of everything stored.</summary>
    public IReadOnlyList<ObjectInfo> Objects
    {
        get
        {
            lock (gate)
            {
                return [.. objects.Select(static pair => new ObjectInfo(pair.Key, pair.Value.Content.Length))];
            }
        }
    }

    /// <summary>The stored bytes themselves, so that a test can damage them; null when there is no such object.</summary>
    public byte[]? Content(string path)
    {
        lock (gate)
        {
            return objects.GetValueOrDefault(path)?.Content;
        }
    }

    /// <summary>The storage class of an object.</summary>
    public StorageTier? TierOf(string path)
    {
        lock (gate)
        {
            return objects.GetValueOrDefault(path)?.Tier;
        }
    }

    /// <summary>A store with the same objects and no faults, as a process would find it after a crash.</summary>
    public MemoryObjectStore Copy()
    {
        var copy = new MemoryObjectStore(time);
        lock (gate)
        {
            foreach (var (path, entry) in objects)
            {
                copy.objects[path] = new([.. entry.Content], entry.Tag) { Tier = entry.Tier };
            }

            copy.lastTag = lastTag;
        }

        return copy;
    }

    /// <summary>Runs a call with its fault around it.</summary>
    internal async ValueTask<T> RunAsync<T>(ObjectOperation operation, string path, Func<T> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var fault = Faults?.Invoke(operation, path) ?? ObjectFault.None;
        if (fault.Delay > TimeSpan.Zero)
        {
            await Task.Delay(fault.Delay, time ?? TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }

        if (fault.FailsBefore)
        {
            throw Injected(operation, path);
        }

        T result;
        lock (gate)
        {
            result = work();
        }

        return fault.FailsAfter ? throw Injected(operation, path) : result;
    }

    private static TemporalException Injected(ObjectOperation operation, string path) =>
        StoredBytes.Failed(path, operation.ToString(), new IOException("injected"), outcomeUnknown: true);

    private string NextTag() => (++lastTag).ToString("x16", CultureInfo.InvariantCulture);

    private sealed class Entry(byte[] content, string tag)
    {
        public byte[] Content { get; } = content;

        public string Tag { get; } = tag;

        public StorageTier Tier { get; set; } = StorageTier.Warm;
    }
}
