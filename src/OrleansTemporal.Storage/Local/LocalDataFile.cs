using Microsoft.Win32.SafeHandles;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Local;

/// <summary>
/// A file of the local disk. Every call completes before it returns, on the thread of the caller. Short writes of whole
/// blocks over what is there go past the page cache: with the flush that follows they take a fifth less.
/// </summary>
internal sealed class LocalDataFile(SafeFileHandle handle, string path, string fullPath) : IDataFile
{
    private readonly Lock writing = new();
    private DirectWrites? direct;
    private bool isDirectTried;
    private long overwritable;

    public long Length => RandomAccess.GetLength(handle);

    public ValueTask<int> ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var total = 0;
            while (total < destination.Length)
            {
                var read = RandomAccess.Read(handle, destination.Span[total..], offset + total);
                if (read == 0)
                {
                    break;
                }

                total += read;
            }

            return new ValueTask<int>(total);
        }
        catch (Exception exception) when (LocalStorageErrors.IsStorageFailure(exception))
        {
            throw LocalStorageErrors.Classify(exception, "read", path);
        }
    }

    public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            if (!TryWriteDirectly(offset, bytes.Span))
            {
                RandomAccess.Write(handle, bytes.Span, offset);
            }
        }
        catch (Exception exception) when (LocalStorageErrors.IsStorageFailure(exception))
        {
            throw LocalStorageErrors.Classify(exception, "write", path);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            LibC.FlushData(handle);
        }
        catch (Exception exception) when (LocalStorageErrors.IsStorageFailure(exception))
        {
            throw LocalStorageErrors.Classify(exception, "flush", path);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask SetLengthAsync(long length, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            lock (writing)
            {
                overwritable = 0;
                RandomAccess.SetLength(handle, length);
            }
        }
        catch (Exception exception) when (LocalStorageErrors.IsStorageFailure(exception))
        {
            throw LocalStorageErrors.Classify(exception, "resize", path);
        }

        return ValueTask.CompletedTask;
    }

    public void Dispose()
    {
        handle.Dispose();
        lock (writing)
        {
            direct?.Dispose();
            direct = null;
            isDirectTried = true;
        }
    }

    private bool TryWriteDirectly(long offset, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is 0 or > DirectWrites.BytesMax || (offset | (uint)bytes.Length) % DirectWrites.BlockBytes != 0)
        {
            return false;
        }

        lock (writing)
        {
            if (offset + bytes.Length > overwritable && offset + bytes.Length > (overwritable = Length))
            {
                return false;
            }

            if (!isDirectTried)
            {
                isDirectTried = true;
                direct = DirectWrites.TryOpen(fullPath);
            }

            return direct is not null && direct.TryWrite(offset, bytes);
        }
    }
}
