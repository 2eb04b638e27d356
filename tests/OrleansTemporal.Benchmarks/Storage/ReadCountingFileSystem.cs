using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Benchmarks.Storage;

/// <summary>Counts the reads of objects, the journal left out.</summary>
internal sealed class ReadCountingFileSystem(IFileSystem inner) : IFileSystem
{
    private long reads;

    /// <summary>Reads so far.</summary>
    public long Reads => Interlocked.Read(ref reads);

    public async ValueTask<IDataFile?> OpenAsync(string path, bool create, CancellationToken cancellationToken) =>
        await inner.OpenAsync(path, create, cancellationToken) is { } file
            ? path.StartsWith("objects/", StringComparison.Ordinal) ? new CountingFile(this, file) : file
            : null;

    public ValueTask<IReadOnlyList<ObjectInfo>> ListAsync(string folder, bool recursive, CancellationToken cancellationToken) => inner.ListAsync(folder, recursive, cancellationToken);

    public ValueTask RenameAsync(string from, string to, bool replace, CancellationToken cancellationToken) => inner.RenameAsync(from, to, replace, cancellationToken);

    public ValueTask DeleteAsync(string path, CancellationToken cancellationToken) => inner.DeleteAsync(path, cancellationToken);

    public ValueTask FlushFolderAsync(string folder, CancellationToken cancellationToken) => inner.FlushFolderAsync(folder, cancellationToken);

    private sealed class CountingFile(ReadCountingFileSystem counts, IDataFile file) : IDataFile
    {
        public long Length => file.Length;

        public ValueTask<int> ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref counts.reads);
            return file.ReadAsync(offset, destination, cancellationToken);
        }

        public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => file.WriteAsync(offset, bytes, cancellationToken);

        public ValueTask FlushAsync(CancellationToken cancellationToken) => file.FlushAsync(cancellationToken);

        public ValueTask SetLengthAsync(long length, CancellationToken cancellationToken) => file.SetLengthAsync(length, cancellationToken);

        public void Dispose() => file.Dispose();
    }
}
