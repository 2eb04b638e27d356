using OrleansTemporal.Storage.Azure.Blobs;
using OrleansTemporal.Storage.Azure.Memory;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Azure.Tests.Worlds;

/// <summary>A way to the service without distance, on which a test can put something between two calls, or fail one.</summary>
internal sealed class DirectBlobs(MemoryAppendBlobs service) : IAppendBlobs
{
    /// <summary>Called before each call, with what it is and where it goes.</summary>
    public Action<BlobOperation, string>? Before { get; set; }

    public ValueTask<string?> CreateAsync(string path, UInt128 claim, CancellationToken cancellationToken) =>
        CallAsync(BlobOperation.Create, path, () => service.Create(path, claim));

    public ValueTask<BlobAppend> AppendAsync(string path, long position, string? tag, ReadOnlyMemory<byte> block, CancellationToken cancellationToken)
    {
        Sent = (position, tag, block.ToArray());
        return CallAsync(BlobOperation.Append, path, () => service.Append(path, position, tag, block.Span));
    }

    public ValueTask<BlobHead?> HeadAsync(string path, CancellationToken cancellationToken) =>
        CallAsync(BlobOperation.Head, path, () => service.Head(path));

    public ValueTask<BlobPiece> ReadAsync(string path, long offset, Memory<byte> destination, CancellationToken cancellationToken) =>
        CallAsync(BlobOperation.Read, path, () => service.Read(path, offset, destination.Span));

    public ValueTask<IReadOnlyList<ObjectInfo>> ListAsync(string prefix, CancellationToken cancellationToken) =>
        CallAsync(BlobOperation.List, prefix, () => service.List(prefix));

    public async ValueTask DeleteAsync(string path, CancellationToken cancellationToken) =>
        await CallAsync(BlobOperation.Delete, path, () => service.Delete(path));

    /// <summary>What the newest append has sent.</summary>
    public (long Position, string? Tag, byte[] Block) Sent { get; private set; }

    private async ValueTask<T> CallAsync<T>(BlobOperation operation, string path, Func<T> effect)
    {
        Before?.Invoke(operation, path);
        return await ValueTask.FromResult(effect());
    }
}
