using OrleansTemporal.Storage.Local;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Backups;

/// <summary>A folder of the local disk that backups are in, locked for this process while it is open.</summary>
public sealed class BackupFolder : IBackupStore, IDisposable
{
    private readonly FolderLock folder;
    private readonly LocalObjectStore objects;

    private BackupFolder(FolderLock folder, LocalObjectStore objects)
    {
        this.folder = folder;
        this.objects = objects;
    }

    /// <summary>What is in it.</summary>
    public IObjectStore Objects => objects;

    /// <summary>Opens a folder, which is made when it is not there.</summary>
    /// <exception cref="Errors.TemporalException">Conflict, <c>folder_locked</c>: another process, or a database, uses it; Invalid, <c>format_too_new</c>; Unavailable, <c>storage_failed</c>.</exception>
    public static async ValueTask<BackupFolder> OpenAsync(string path, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var files = new LocalFileSystem(path);
        var folder = FolderLock.Acquire(files.Root);
        try
        {
            await DataFolderFormat.EnsureAsync(files, cancellationToken).ConfigureAwait(false);
            return new BackupFolder(folder, await LocalObjectStore.OpenAsync(files, cancellationToken: cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        objects.Dispose();
        folder.Dispose();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
