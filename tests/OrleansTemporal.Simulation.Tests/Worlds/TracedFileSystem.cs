using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Simulation.Tests.Worlds;

/// <summary>Writes down every call of a file system. It can also lie about flushes, to show that the auditors would notice.</summary>
internal sealed class TracedFileSystem(IFileSystem inner, Trace trace, bool flushesNothing) : IFileSystem
{
    public async ValueTask<IDataFile?> OpenAsync(string path, bool create, CancellationToken cancellationToken)
    {
        trace.Add($"open {path} {create}");
        return await inner.OpenAsync(path, create, cancellationToken) is { } file ? new TracedFile(file, path, trace, flushesNothing) : null;
    }

    public ValueTask<IReadOnlyList<ObjectInfo>> ListAsync(string folder, bool recursive, CancellationToken cancellationToken)
    {
        trace.Add($"list {folder}");
        return inner.ListAsync(folder, recursive, cancellationToken);
    }

    public ValueTask RenameAsync(string from, string to, bool replace, CancellationToken cancellationToken)
    {
        trace.Add($"rename {from} {to} {replace}");
        return inner.RenameAsync(from, to, replace, cancellationToken);
    }

    public ValueTask DeleteAsync(string path, CancellationToken cancellationToken)
    {
        trace.Add($"delete {path}");
        return inner.DeleteAsync(path, cancellationToken);
    }

    public ValueTask FlushFolderAsync(string folder, CancellationToken cancellationToken)
    {
        trace.Add($"flush folder {folder}");
        return flushesNothing ? ValueTask.CompletedTask : inner.FlushFolderAsync(folder, cancellationToken);
    }

    private sealed class TracedFile(IDataFile inner, string path, Trace trace, bool flushesNothing) : IDataFile
    {
        public long Length => inner.Length;

        public async ValueTask<int> ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
        {
            var read = await inner.ReadAsync(offset, destination, cancellationToken);
            trace.Add($"read {path} {offset}", destination.Span[..read]);
            return read;
        }

        public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            trace.Add($"write {path} {offset}", bytes.Span);
            return inner.WriteAsync(offset, bytes, cancellationToken);
        }

        public ValueTask FlushAsync(CancellationToken cancellationToken)
        {
            trace.Add($"flush {path}");
            return flushesNothing ? ValueTask.CompletedTask : inner.FlushAsync(cancellationToken);
        }

        public ValueTask SetLengthAsync(long length, CancellationToken cancellationToken)
        {
            trace.Add($"length {path} {length}");
            return inner.SetLengthAsync(length, cancellationToken);
        }

        public void Dispose() => inner.Dispose();
    }
}
