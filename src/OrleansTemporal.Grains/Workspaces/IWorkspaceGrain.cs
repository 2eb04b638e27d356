using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Backups;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Operations;

namespace OrleansTemporal.Workspaces;

/// <summary>What a facade outside of the silos has a silo do for a workspace, whose name is the key. It holds no state.</summary>
[Alias("ot.workspace")]
public interface IWorkspaceGrain : IGrainWithStringKey
{
    /// <inheritdoc cref="IWorkspaceRemover.RemoveAsync"/>
    ValueTask RemoveAsync(CancellationToken cancellationToken);

    /// <inheritdoc cref="IWorkspaceRemover.ClearAsync"/>
    ValueTask ClearAsync(CancellationToken cancellationToken);

    /// <summary>The genome of the workspace as it stands.</summary>
    ValueTask<WorkspaceGenome> GetGenomeAsync(CancellationToken cancellationToken);

    /// <summary>The data keys of the workspace that are not destroyed.</summary>
    ValueTask<ImmutableArray<DataKeyInfo>> ListDataKeysAsync(CancellationToken cancellationToken);

    /// <summary>Makes another key for a scope under a name of its own.</summary>
    ValueTask<DataKeyInfo> RotateDataKeyAsync(DataKeyScope scope, CancellationToken cancellationToken);

    /// <inheritdoc cref="IDataKeys.RotateAsync"/>
    ValueTask<DataKeyInfo> MakeDataKeyAsync(DataKeyScope scope, DataKeyId id, CancellationToken cancellationToken);

    /// <inheritdoc cref="IDataKeys.NewestAsync"/>
    ValueTask<DataKeyId> GetNewestDataKeyAsync(DataKeyScope scope, CancellationToken cancellationToken);

    /// <inheritdoc cref="IDataKeys.RetireAsync"/>
    ValueTask RetireDataKeysAsync(ImmutableArray<DataKeyId> keys, CancellationToken cancellationToken);

    /// <inheritdoc cref="IDataKeys.DestroyAsync"/>
    ValueTask DestroyDataKeysAsync(ImmutableArray<DataKeyId> keys, CancellationToken cancellationToken);

    /// <inheritdoc cref="IBackups.StartBackUpAsync"/>
    ValueTask<OperationInfo> StartBackUpAsync(CallContext call, string to, CancellationToken cancellationToken);

    /// <inheritdoc cref="IBackups.StartRestoreAsync"/>
    ValueTask<OperationInfo> StartRestoreAsync(CallContext call, string from, CancellationToken cancellationToken);

    /// <inheritdoc cref="IBackups.DescribeAsync"/>
    ValueTask<BackupReport> DescribeBackupAsync(CallContext call, string name, CancellationToken cancellationToken);

    /// <inheritdoc cref="ILifecycle.GetAsync"/>
    ValueTask<LifecycleState> GetLifecycleAsync(CallContext call, CancellationToken cancellationToken);

    /// <inheritdoc cref="ILifecycle.SetPolicyAsync"/>
    ValueTask<Receipt> SetLifecyclePolicyAsync(CallContext call, LifecyclePolicy policy, CancellationToken cancellationToken);

    /// <inheritdoc cref="ILifecycle.StartAsync"/>
    ValueTask<OperationInfo> StartLifecycleAsync(CallContext call, LifecycleProcess process, bool isDryRun, CancellationToken cancellationToken);

    /// <inheritdoc cref="IArchive.BringBackAsync"/>
    ValueTask<OperationInfo> BringBackAsync(string path, CancellationToken cancellationToken);
}
