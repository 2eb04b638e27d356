using OrleansTemporal.Storage.Formats;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Memory;

/// <content>The calls of the port.</content>
public sealed partial class MemoryObjectStore
{
    /// <inheritdoc/>
    public ValueTask<IObjectWriter> CreateAsync(string path, CancellationToken cancellationToken) =>
        RunAsync<IObjectWriter>(ObjectOperation.Create, path, () => new MemoryObjectWriter(this, path), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<string?> PutIfMatchAsync(
        string path, ReadOnlyMemory<byte> content, string? expectedTag, CancellationToken cancellationToken) =>
        RunAsync(
            ObjectOperation.PutIfMatch,
            path,
            () =>
            {
                if (objects.GetValueOrDefault(path)?.Tag != expectedTag)
                {
                    return null;
                }

                var entry = new Entry(content.ToArray(), NextTag());
                objects[path] = entry;
                WrittenBytes += content.Length;
                return entry.Tag;
            },
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<StoredObject?> GetAsync(string path, CancellationToken cancellationToken) =>
        RunAsync(
            ObjectOperation.Get,
            path,
            () => objects.TryGetValue(path, out var entry) ? new StoredObject(entry.Content.ToArray(), entry.Tag) : null,
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(string path, long offset, Memory<byte> destination, CancellationToken cancellationToken) =>
        RunAsync(
            ObjectOperation.Read,
            path,
            () =>
            {
                var content = objects.TryGetValue(path, out var entry) ? entry.Content : throw StoredBytes.NotFound(path);
                var count = (int)Math.Clamp(content.Length - offset, 0, destination.Length);
                content.AsSpan((int)Math.Min(offset, content.Length), count).CopyTo(destination.Span);
                return count;
            },
            cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var found = await RunAsync(
            ObjectOperation.List,
            prefix,
            () => objects.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal))
                .Select(static pair => new ObjectInfo(pair.Key, pair.Value.Content.Length)).ToArray(),
            cancellationToken).ConfigureAwait(false);
        foreach (var item in found)
        {
            yield return item;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(string path, CancellationToken cancellationToken) =>
        await RunAsync(ObjectOperation.Delete, path, () => objects.Remove(path), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask SetTierAsync(string path, StorageTier tier, CancellationToken cancellationToken) =>
        await RunAsync(
            ObjectOperation.SetTier,
            path,
            () =>
            {
                if (objects.TryGetValue(path, out var entry))
                {
                    entry.Tier = tier;
                }

                return true;
            },
            cancellationToken).ConfigureAwait(false);

    /// <summary>Puts a finished object in its place; false when the path is taken. Called within <see cref="RunAsync"/>.</summary>
    internal bool Publish(string path, byte[] content)
    {
        if (!objects.TryAdd(path, new(content, NextTag())))
        {
            return false;
        }

        WrittenBytes += content.Length;
        return true;
    }
}
