using System.Collections.Immutable;
using Orleans.Concurrency;
using OrleansTemporal.Agents;
using OrleansTemporal.Backups;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;
using OrleansTemporal.Hosting;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Operations;

namespace OrleansTemporal.Workspaces;

/// <summary>Hands what is asked from outside to the silo's own database. As many activations as are needed, anywhere.</summary>
[GrainType("ot.workspace")]
[StatelessWorker]
[Reentrant]
internal sealed class WorkspaceGrain(IGrainContext context, SiloDatabase silo) : IWorkspaceGrain
{
    private readonly string workspace = context.GrainId.Key.ToString()!;

    private IDataKeys Keys => silo.Current.DataKeys;

    /// <inheritdoc/>
    public ValueTask RemoveAsync(CancellationToken cancellationToken) => silo.Current.Remover.RemoveAsync(workspace, cancellationToken);

    /// <inheritdoc/>
    public ValueTask ClearAsync(CancellationToken cancellationToken) => silo.Current.Remover.ClearAsync(workspace, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<WorkspaceGenome> GetGenomeAsync(CancellationToken cancellationToken) =>
        silo.Current.Genome.GetAsync(CallContext.Local, workspace, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<DataKeyInfo>> ListDataKeysAsync(CancellationToken cancellationToken) => Keys.ListAsync(workspace, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<DataKeyInfo> RotateDataKeyAsync(DataKeyScope scope, CancellationToken cancellationToken) => Keys.RotateAsync(scope, default, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<DataKeyInfo> MakeDataKeyAsync(DataKeyScope scope, DataKeyId id, CancellationToken cancellationToken) => Keys.RotateAsync(scope, id, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<DataKeyId> GetNewestDataKeyAsync(DataKeyScope scope, CancellationToken cancellationToken) => Keys.NewestAsync(scope, cancellationToken);

    /// <inheritdoc/>
    public ValueTask RetireDataKeysAsync(ImmutableArray<DataKeyId> keys, CancellationToken cancellationToken) => Keys.RetireAsync(keys, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DestroyDataKeysAsync(ImmutableArray<DataKeyId> keys, CancellationToken cancellationToken) => Keys.DestroyAsync(keys, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<OperationInfo> StartBackUpAsync(CallContext call, string to, CancellationToken cancellationToken) =>
        silo.Current.Backups.StartBackUpAsync(call, workspace, to, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<OperationInfo> StartRestoreAsync(CallContext call, string from, CancellationToken cancellationToken) =>
        silo.Current.Backups.StartRestoreAsync(call, workspace, from, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<BackupReport> DescribeBackupAsync(CallContext call, string name, CancellationToken cancellationToken) =>
        silo.Current.Backups.DescribeAsync(call, workspace, name, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<LifecycleState> GetLifecycleAsync(CallContext call, CancellationToken cancellationToken) =>
        silo.Current.Lifecycle.GetAsync(call, workspace, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Receipt> SetLifecyclePolicyAsync(CallContext call, LifecyclePolicy policy, CancellationToken cancellationToken) =>
        silo.Current.Lifecycle.SetPolicyAsync(call, workspace, policy, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<OperationInfo> StartLifecycleAsync(CallContext call, LifecycleProcess process, bool isDryRun, CancellationToken cancellationToken) =>
        silo.Current.Lifecycle.StartAsync(call, workspace, process, isDryRun, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<OperationInfo> BringBackAsync(string path, CancellationToken cancellationToken) =>
        new(silo.Current.Archive.BringBack(workspace, path));
}
