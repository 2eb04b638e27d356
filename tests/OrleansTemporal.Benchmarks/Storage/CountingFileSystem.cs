using System.Collections.Concurrent;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Benchmarks.Storage;

/// <summary>Counts what is written below a file system, by folder: the journal, objects by their extension, manifests.</summary>
internal sealed class CountingFileSystem(IFileSystem inner) : IFileSystem
{
    private readonly ConcurrentDictionary<string, long> temporary = new();
    private readonly ConcurrentDictionary<string, long> written = new();
    private readonly ConcurrentDictionary<string, long> files = new();

    /// <summary>Bytes written by kind.</summary>
    public IReadOnlyDictionary<string, long> Written => written;

    /// <summary>Files that got their name, by kind.</summary>
    public IReadOnlyDictionary<string, long> Files => files;

    public async ValueTask<IDataFile?> OpenAsync(string path, bool create, CancellationToken cancellationToken) =>
        await inner.OpenAsync(path, create, cancellationToken) is { } file ? new CountingFile(this, file, path) : null;

    public ValueTask<IReadOnlyList<ObjectInfo>> ListAsync(string folder, bool recursive, CancellationToken cancellationToken) =>
        inner.ListAsync(folder, recursive, cancellationToken);

    // An object is written under a temporary name; what it is shows when it gets its own.
    public ValueTask RenameAsync(string from, string to, bool replace, CancellationToken cancellationToken)
    {
        if (temporary.TryRemove(from, out var bytes))
        {
            written.AddOrUpdate(KindOf(to), bytes, (_, sum) => sum + bytes);
            files.AddOrUpdate(KindOf(to), 1, static (_, sum) => sum + 1);
        }

        return inner.RenameAsync(from, to, replace, cancellationToken);
    }

    public ValueTask DeleteAsync(string path, CancellationToken cancellationToken) => inner.DeleteAsync(path, cancellationToken);

    public ValueTask FlushFolderAsync(string folder, CancellationToken cancellationToken) => inner.FlushFolderAsync(folder, cancellationToken);

    private void Count(string path, long bytes)
    {
        var kind = path.StartsWith("tmp/", StringComparison.Ordinal) ? temporary : written;
        kind.AddOrUpdate(kind == temporary ? path : KindOf(path), bytes, (_, sum) => sum + bytes);
    }

    private static string KindOf(string path) =>
        path.StartsWith("journal/", StringComparison.Ordinal) ? "journal" : Path.GetExtension(path) is { Length: > 0 } extension ? extension[1..] : "manifest";

    private sealed class CountingFile(CountingFileSystem counts, IDataFile file, string path) : IDataFile
    {
        public long Length => file.Length;

        public ValueTask<int> ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken) => file.ReadAsync(offset, destination, cancellationToken);

        public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            counts.Count(path, bytes.Length);
            return file.WriteAsync(offset, bytes, cancellationToken);
        }

        public ValueTask FlushAsync(CancellationToken cancellationToken) => file.FlushAsync(cancellationToken);

        public ValueTask SetLengthAsync(long length, CancellationToken cancellationToken) => file.SetLengthAsync(length, cancellationToken);

        public void Dispose() => file.Dispose();
    }
}
