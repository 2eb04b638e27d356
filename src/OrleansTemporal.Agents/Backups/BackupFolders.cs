using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Backups;

/// <summary>Folders of the local disk below one that a host has set aside.</summary>
internal sealed class BackupFolders(string directory) : IBackupStores
{
    public async ValueTask<IBackupStore?> OpenAsync(string name, bool create, CancellationToken cancellationToken)
    {
        // A look into a folder that is not there must not make one.
        var path = Path.Combine(directory, name);
        return create || Directory.Exists(path) ? await BackupFolder.OpenAsync(path, cancellationToken).ConfigureAwait(false) : null;
    }
}
