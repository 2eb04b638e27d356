namespace OrleansTemporal.Storage.Ports;

/// <summary>The stores, by name, that backups go to and come from.</summary>
public interface IBackupStores
{
    /// <summary>Opens a store for this process alone.</summary>
    /// <param name="name">A valid name.</param>
    /// <param name="create">Makes it when it is not there.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Null when it is not there and was not to be made.</returns>
    /// <exception cref="Errors.TemporalException">Conflict, <c>folder_locked</c> or <c>backup_in_use</c>: somebody else uses it; Invalid, <c>format_too_new</c>; Unavailable, <c>storage_failed</c>.</exception>
    ValueTask<IBackupStore?> OpenAsync(string name, bool create, CancellationToken cancellationToken);
}
