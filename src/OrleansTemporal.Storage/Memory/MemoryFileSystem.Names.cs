using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Local;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Memory;

/// <content>Names and folders.</content>
public sealed partial class MemoryFileSystem
{
    /// <inheritdoc/>
    public ValueTask<IDataFile?> OpenAsync(string path, bool create, CancellationToken cancellationToken)
    {
        StoragePath.ValidateFile(path);
        return RunAsync<IDataFile?>(FileOperation.Open, path, 0, () => Open(path, create), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ObjectInfo>> ListAsync(string folder, bool recursive, CancellationToken cancellationToken)
    {
        StoragePath.ValidateFolder(folder);
        return RunAsync<IReadOnlyList<ObjectInfo>>(FileOperation.List, folder, 0, () => List(folder, recursive), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask RenameAsync(string from, string to, bool replace, CancellationToken cancellationToken)
    {
        StoragePath.ValidateFile(from);
        StoragePath.ValidateFile(to);
        await RunAsync(FileOperation.Rename, from, 0, () => Rename(from, to, replace), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(string path, CancellationToken cancellationToken)
    {
        StoragePath.ValidateFile(path);
        await RunAsync(FileOperation.Delete, path, 0, () => Delete(path), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask FlushFolderAsync(string folder, CancellationToken cancellationToken)
    {
        StoragePath.ValidateFolder(folder);
        await RunAsync(FileOperation.FlushFolder, folder, 0, () => FlushFolder(folder), cancellationToken).ConfigureAwait(false);
    }

    private MemoryDataFile? Open(string path, bool create)
    {
        if (!names.TryGetValue(path, out var inode))
        {
            if (!create)
            {
                return null;
            }

            inode = new MemoryInode();
            Change(new NameChange(null, path, inode));
        }

        return new MemoryDataFile(this, inode, path);
    }

    private List<ObjectInfo> List(string folder, bool recursive)
    {
        var found = new List<ObjectInfo>();
        var prefix = folder.Length == 0 ? "" : folder + "/";
        foreach (var (path, inode) in names)
        {
            if (path.StartsWith(prefix, StringComparison.Ordinal) && (recursive || path.IndexOf('/', prefix.Length) < 0))
            {
                found.Add(new ObjectInfo(path, inode.Length));
            }
        }

        return found;
    }

    private bool Rename(string from, string to, bool replace)
    {
        if (!names.TryGetValue(from, out var inode))
        {
            throw LocalStorageErrors.Classify(new FileNotFoundException("no such file"), "rename", from);
        }

        if (!replace && names.ContainsKey(to))
        {
            throw new TemporalException(ErrorKind.Conflict, "file_exists", $"{to} exists already.");
        }

        Change(new NameChange(from, to, inode));
        return true;
    }

    private bool Delete(string path)
    {
        if (names.TryGetValue(path, out var inode))
        {
            Change(new NameChange(path, null, inode));
        }

        return true;
    }

    // A rename between folders is durable with the flush of either, as journaling file systems do it.
    private bool FlushFolder(string folder)
    {
        foreach (var change in pendingNames)
        {
            if (change.Touches(folder))
            {
                change.Apply(durableNames);
            }
        }

        pendingNames.RemoveAll(change => change.Touches(folder));
        return true;
    }

    private void Change(NameChange change)
    {
        change.Apply(names);
        pendingNames.Add(change);
    }
}
