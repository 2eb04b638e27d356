using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Memory;

/// <summary>An object being collected in memory.</summary>
internal sealed class MemoryObjectWriter(MemoryObjectStore store, string path) : IObjectWriter
{
    private readonly MemoryStream content = new();

    public long Length => content.Length;

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        await store.RunAsync(
            ObjectOperation.Write,
            path,
            () =>
            {
                content.Write(bytes.Span);
                return true;
            },
            cancellationToken).ConfigureAwait(false);

    public ValueTask<bool> CommitAsync(CancellationToken cancellationToken) =>
        store.RunAsync(ObjectOperation.Commit, path, () => store.Publish(path, content.ToArray()), cancellationToken);

    public ValueTask DisposeAsync()
    {
        content.Dispose();
        return default;
    }
}
