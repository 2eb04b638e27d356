using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Memory;

/// <summary>An open file of a <see cref="MemoryFileSystem"/>; it goes on showing the same bytes when the name moves.</summary>
internal sealed class MemoryDataFile(MemoryFileSystem files, MemoryInode inode, string path) : IDataFile
{
    private bool disposed;

    public long Length => files.LengthOf(inode);

    public ValueTask<int> ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken) =>
        files.RunAsync(FileOperation.Read, path, 0, () => Checked().Read(offset, destination.Span), cancellationToken);

    public async ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var growth = Math.Max(0, offset + bytes.Length - files.LengthOf(inode));
        await files.RunAsync(FileOperation.Write, path, growth, () => Done(Checked(), file => file.Write(offset, bytes.Span)), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken) =>
        await files.RunAsync(
            FileOperation.Flush, path, 0, () => Done(Checked(), static file => file.Flush()), cancellationToken, inode.LosePages).ConfigureAwait(false);

    public async ValueTask SetLengthAsync(long length, CancellationToken cancellationToken)
    {
        var growth = Math.Max(0, length - files.LengthOf(inode));
        await files.RunAsync(FileOperation.SetLength, path, growth, () => Done(Checked(), file => file.SetLength(length)), cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => disposed = true;

    private static bool Done(MemoryInode inode, Action<MemoryInode> effect)
    {
        effect(inode);
        return true;
    }

    private MemoryInode Checked()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        return inode;
    }
}
