using OrleansTemporal.Storage.Formats;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Local;

/// <summary>
/// Writes a temporary file, flushing every few MiB: one flush of a large file at its end would stall the journal's
/// flushes on the same disk for as long as it takes.
/// </summary>
internal sealed class LocalObjectWriter(LocalObjectStore store, string path, string temporary, IDataFile file) : IObjectWriter
{
    private const int FlushStepBytes = 4 << 20;
    private long unflushed;
    private bool isDone;

    public long Length { get; private set; }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(isDone, this);
        try
        {
            while (bytes.Length > 0)
            {
                var step = bytes[..(int)Math.Min(bytes.Length, FlushStepBytes - unflushed)];
                await file.WriteAsync(Length, step, cancellationToken).ConfigureAwait(false);
                Length += step.Length;
                unflushed += step.Length;
                bytes = bytes[step.Length..];
                if (unflushed == FlushStepBytes)
                {
                    await file.FlushAsync(cancellationToken).ConfigureAwait(false);
                    unflushed = 0;
                }
            }
        }
        catch (Exception exception) when (StoredBytes.IsFailure(exception))
        {
            throw StoredBytes.Failed(path, "write", exception);
        }
    }

    public async ValueTask<bool> CommitAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(isDone, this);
        try
        {
            await file.FlushAsync(cancellationToken).ConfigureAwait(false);
            file.Dispose();
            isDone = await store.PublishAsync(temporary, path, cancellationToken).ConfigureAwait(false);
            return isDone;
        }
        catch (Exception exception) when (StoredBytes.IsFailure(exception))
        {
            throw StoredBytes.Failed(path, "commit", exception, outcomeUnknown: true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!isDone)
        {
            isDone = true;
            file.Dispose();
            await store.RemoveQuietlyAsync(temporary).ConfigureAwait(false);
        }
    }
}
