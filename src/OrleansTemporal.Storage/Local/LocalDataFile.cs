using Microsoft.Win32.SafeHandles;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Local;

/// <summary>A file of the local disk. Every call completes before it returns, on the thread of the caller.</summary>
internal sealed class LocalDataFile(SafeFileHandle handle, string path) : IDataFile
{
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
            RandomAccess.Write(handle, bytes.Span, offset);
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
            RandomAccess.SetLength(handle, length);
        }
        catch (Exception exception) when (LocalStorageErrors.IsStorageFailure(exception))
        {
            throw LocalStorageErrors.Classify(exception, "resize", path);
        }

        return ValueTask.CompletedTask;
    }

    public void Dispose() => handle.Dispose();
}
