using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Encryption;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Local;

/// <summary>
/// The files below one folder of the local disk. Calls run on the thread of the caller and complete before they return;
/// what the disk refuses is a <see cref="TemporalException"/>: Unavailable, <c>storage_failed</c>.
/// </summary>
public sealed class LocalFileSystem : IFileSystem
{
    private readonly string root;

    /// <summary>Takes the files below a folder, which is made when it is not there.</summary>
    /// <param name="root">Path of the data folder.</param>
    /// <exception cref="TemporalException">Unavailable, <c>storage_failed</c>, when the folder can't be made.</exception>
    public LocalFileSystem(string root)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        this.root = Path.GetFullPath(root);
        try
        {
            MakeFolder(this.root);
        }
        catch (Exception exception) when (LocalStorageErrors.IsStorageFailure(exception))
        {
            throw LocalStorageErrors.Classify(exception, "make", this.root);
        }
    }

    /// <summary>Full path of the data folder.</summary>
    public string Root => root;

    /// <inheritdoc/>
    public ValueTask<IDataFile?> OpenAsync(string path, bool create, CancellationToken cancellationToken)
    {
        var full = FullPathOf(path, cancellationToken);
        try
        {
            if (!create && !File.Exists(full))
            {
                return new ValueTask<IDataFile?>((IDataFile?)null);
            }

            if (create)
            {
                MakeFolder(Path.GetDirectoryName(full)!);
            }

            var mode = create ? FileMode.OpenOrCreate : FileMode.Open;
            var handle = File.OpenHandle(full, mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            if (create && IsSecret(path) && !OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(handle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            return new ValueTask<IDataFile?>(new LocalDataFile(handle, path, full));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException && !create)
        {
            // Removed between the look and the open.
            return new ValueTask<IDataFile?>((IDataFile?)null);
        }
        catch (Exception exception) when (LocalStorageErrors.IsStorageFailure(exception))
        {
            throw LocalStorageErrors.Classify(exception, "open", path);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ObjectInfo>> ListAsync(string folder, bool recursive, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var full = Path.Combine(root, StoragePath.ValidateFolder(folder));
        try
        {
            var found = new List<ObjectInfo>();
            var options = new EnumerationOptions { RecurseSubdirectories = recursive, AttributesToSkip = FileAttributes.None };
            if (Directory.Exists(full))
            {
                foreach (var file in new DirectoryInfo(full).EnumerateFiles("*", options))
                {
                    found.Add(new ObjectInfo(Path.GetRelativePath(root, file.FullName).Replace('\\', '/'), LengthOf(file)));
                }
            }

            found.RemoveAll(info => info.LengthBytes < 0);
            found.Sort(static (left, right) => string.CompareOrdinal(left.Path, right.Path));
            return new ValueTask<IReadOnlyList<ObjectInfo>>(found);
        }
        catch (Exception exception) when (LocalStorageErrors.IsStorageFailure(exception))
        {
            throw LocalStorageErrors.Classify(exception, "list", folder);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="TemporalException">Conflict when the target is there and was not to be replaced.</exception>
    public ValueTask RenameAsync(string from, string to, bool replace, CancellationToken cancellationToken)
    {
        var source = FullPathOf(from, cancellationToken);
        var target = FullPathOf(to, cancellationToken);
        try
        {
            MakeFolder(Path.GetDirectoryName(target)!);
            File.Move(source, target, replace);
            return ValueTask.CompletedTask;
        }
        catch (IOException exception) when (!replace && exception is not FileNotFoundException && File.Exists(target))
        {
            throw new TemporalException(ErrorKind.Conflict, "file_exists", $"{to} exists already.", exception);
        }
        catch (Exception exception) when (LocalStorageErrors.IsStorageFailure(exception))
        {
            throw LocalStorageErrors.Classify(exception, "rename", from);
        }
    }

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string path, CancellationToken cancellationToken)
    {
        var full = FullPathOf(path, cancellationToken);
        try
        {
            File.Delete(full);
        }
        catch (DirectoryNotFoundException)
        {
            // Its folder was never made: what was to be absent is absent.
        }
        catch (Exception exception) when (LocalStorageErrors.IsStorageFailure(exception))
        {
            throw LocalStorageErrors.Classify(exception, "delete", path);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask FlushFolderAsync(string folder, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var full = Path.Combine(root, StoragePath.ValidateFolder(folder));
        try
        {
            if (Directory.Exists(full))
            {
                LibC.FlushFolder(full);
            }
        }
        catch (Exception exception) when (LocalStorageErrors.IsStorageFailure(exception))
        {
            throw LocalStorageErrors.Classify(exception, "flush the folder", folder);
        }

        return ValueTask.CompletedTask;
    }

    // Nobody else on the machine is to read keys.
    private static bool IsSecret(string path) =>
        path.StartsWith(FileKeyStore.Folder + "/", StringComparison.Ordinal) || path.StartsWith(MasterKey.FileName, StringComparison.Ordinal);

    // A file that went away during the listing is not in it.
    private static long LengthOf(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (FileNotFoundException)
        {
            return -1;
        }
    }

    // The name of a new folder stands in the one above it, so that one is flushed, up to what was there before.
    private static void MakeFolder(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        var above = Path.GetDirectoryName(path);
        if (!string.IsNullOrEmpty(above))
        {
            MakeFolder(above);
        }

        Directory.CreateDirectory(path);
        if (!string.IsNullOrEmpty(above))
        {
            LibC.FlushFolder(above);
        }
    }

    private string FullPathOf(string path, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Path.Combine(root, StoragePath.ValidateFile(path));
    }
}
