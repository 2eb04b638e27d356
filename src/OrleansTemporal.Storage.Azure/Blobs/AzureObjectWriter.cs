using System.Buffers.Binary;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Azure.Blobs;

/// <summary>
/// Collects an object: one that is small is put in one request, a larger one goes up in blocks that are committed together.
/// Blocks that are never committed are seen by nobody; the service lets them go after a week.
/// </summary>
internal sealed class AzureObjectWriter(AzureObjectStore store, string path, string operation) : IObjectWriter
{
    private const int BlockBytes = 4 << 20;
    private const int BlockIdBytes = 12;

    private readonly List<string> blocks = [];
    private byte[] buffer = new byte[64 << 10];
    private int buffered;
    private bool isDone;

    public long Length { get; private set; }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(isDone, this);
        while (bytes.Length > 0)
        {
            if (buffered == BlockBytes)
            {
                await StageAsync(cancellationToken).ConfigureAwait(false);
            }

            var step = Math.Min(bytes.Length, BlockBytes - buffered);
            if (buffer.Length < buffered + step)
            {
                Array.Resize(ref buffer, Math.Min(BlockBytes, Math.Max(buffer.Length * 2, buffered + step)));
            }

            bytes[..step].CopyTo(buffer.AsMemory(buffered));
            buffered += step;
            Length += step;
            bytes = bytes[step..];
        }
    }

    public async ValueTask<bool> CommitAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(isDone, this);
        string? tag;
        if (blocks.Count == 0)
        {
            tag = await store.PutAsync(path, buffer.AsMemory(0, buffered), null, operation, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            if (buffered > 0)
            {
                await StageAsync(cancellationToken).ConfigureAwait(false);
            }

            tag = await store.CommitAsync(path, blocks, operation, cancellationToken).ConfigureAwait(false);
        }

        isDone = true;
        return tag is not null;
    }

    public ValueTask DisposeAsync()
    {
        isDone = true;
        buffer = [];
        return ValueTask.CompletedTask;
    }

    // The id of this write is part of each block's, so that two who write the same path never mix.
    private async ValueTask StageAsync(CancellationToken cancellationToken)
    {
        var id = new byte[BlockIdBytes];
        Convert.FromHexString(operation.AsSpan(0, 16), id, out _, out _);
        BinaryPrimitives.WriteInt32BigEndian(id.AsSpan(8), blocks.Count);
        var block = Convert.ToBase64String(id);
        await store.StageAsync(path, block, buffer.AsMemory(0, buffered), cancellationToken).ConfigureAwait(false);
        blocks.Add(block);
        buffered = 0;
    }
}
