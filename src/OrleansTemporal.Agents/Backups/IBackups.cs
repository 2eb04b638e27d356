using OrleansTemporal.Agents;
using OrleansTemporal.Errors;
using OrleansTemporal.Operations;

namespace OrleansTemporal.Backups;

/// <summary>Backups in stores that a host has set aside, wherever the host is: this process, or a silo.</summary>
public interface IBackups
{
    /// <summary>Begins to bring the backup of a workspace in a named store up to date.</summary>
    /// <param name="call">Who asks; needs the right to administer the workspace.</param>
    /// <param name="workspace">What is copied.</param>
    /// <param name="to">Name of the store among those that the host has set aside; made when it is not there.</param>
    /// <param name="cancellationToken">For the beginning.</param>
    /// <exception cref="TemporalException"><c>invalid_name</c>; NotFound, <c>workspace_not_found</c>; Conflict, <c>folder_locked</c>, <c>backup_in_use</c>; Unavailable, <c>storage_failed</c>.</exception>
    ValueTask<OperationInfo> StartBackUpAsync(CallContext call, string workspace, string to, CancellationToken cancellationToken);

    /// <summary>Begins to bring a workspace back from a named store.</summary>
    /// <param name="call">Who asks; needs the right to administer the workspace.</param>
    /// <param name="workspace">What comes back; it must not exist.</param>
    /// <param name="from">Name of the store among those that the host has set aside.</param>
    /// <param name="cancellationToken">For the beginning.</param>
    /// <exception cref="TemporalException"><c>invalid_name</c>; NotFound, <c>backup_not_found</c>; Conflict, <c>workspace_exists</c>, <c>folder_locked</c>, <c>backup_in_use</c>; Corrupt.</exception>
    ValueTask<OperationInfo> StartRestoreAsync(CallContext call, string workspace, string from, CancellationToken cancellationToken);

    /// <summary>What the backup of a workspace in a named store holds.</summary>
    /// <exception cref="TemporalException">NotFound, <c>backup_not_found</c>; Conflict, <c>folder_locked</c>, <c>backup_in_use</c>, while it is written.</exception>
    ValueTask<BackupReport> DescribeAsync(CallContext call, string workspace, string name, CancellationToken cancellationToken);
}
