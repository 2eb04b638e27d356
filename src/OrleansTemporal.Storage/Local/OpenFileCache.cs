using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Local;

/// <summary>Files kept open for reading, the least recently used closed first, a file in use only after its last reader.</summary>
internal sealed class OpenFileCache(IFileSystem files, int countMax) : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, LinkedListNode<OpenFile>> byPath = new(StringComparer.Ordinal);
    private readonly LinkedList<OpenFile> newestFirst = new();

    /// <summary>Opens a file or takes it from the cache. The lease's file is null when there is none.</summary>
    public async ValueTask<Lease> RentAsync(string path, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (byPath.TryGetValue(path, out var node))
            {
                newestFirst.Remove(node);
                newestFirst.AddFirst(node);
                node.Value.UserCount++;
                return new(this, node.Value);
            }
        }

        var file = await files.OpenAsync(path, create: false, cancellationToken).ConfigureAwait(false);
        if (file is null)
        {
            return default;
        }

        var opened = new OpenFile(path, file) { UserCount = 1 };
        lock (gate)
        {
            if (!byPath.ContainsKey(path))
            {
                byPath[path] = newestFirst.AddFirst(opened);
                opened.IsCached = true;
            }

            while (byPath.Count > countMax && newestFirst.Last is { } oldest)
            {
                Evict(oldest);
            }
        }

        return new(this, opened);
    }

    /// <summary>Forgets a file that was replaced or removed.</summary>
    public void Forget(string path)
    {
        lock (gate)
        {
            if (byPath.TryGetValue(path, out var node))
            {
                Evict(node);
            }
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            while (newestFirst.Last is { } oldest)
            {
                Evict(oldest);
            }
        }
    }

    private void Evict(LinkedListNode<OpenFile> node)
    {
        newestFirst.Remove(node);
        byPath.Remove(node.Value.Path);
        node.Value.IsCached = false;
        CloseIfUnused(node.Value);
    }

    private void Return(OpenFile file)
    {
        lock (gate)
        {
            file.UserCount--;
            CloseIfUnused(file);
        }
    }

    private static void CloseIfUnused(OpenFile file)
    {
        if (!file.IsCached && file.UserCount == 0)
        {
            file.File.Dispose();
        }
    }

    /// <summary>An open file and who uses it; its fields change under the gate.</summary>
    internal sealed class OpenFile(string path, IDataFile file)
    {
        public string Path { get; } = path;

        public IDataFile File { get; } = file;

        public int UserCount { get; set; }

        public bool IsCached { get; set; }
    }

    /// <summary>The right to read a file until this is disposed.</summary>
    internal readonly struct Lease(OpenFileCache owner, OpenFile file) : IDisposable
    {
        public IDataFile? File => file?.File;

        public void Dispose()
        {
            if (file is not null)
            {
                owner.Return(file);
            }
        }
    }
}
