using System.Collections.Immutable;
using Orleans.Concurrency;
using OrleansTemporal.Agents;
using OrleansTemporal.Encryption;
using OrleansTemporal.Hosting;
using OrleansTemporal.Lifecycle;

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
    public ValueTask<DataKeyInfo> RotateDataKeyAsync(DataKeyScope scope, CancellationToken cancellationToken) => Keys.RotateAsync(scope, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<DataKeyId> GetNewestDataKeyAsync(DataKeyScope scope, CancellationToken cancellationToken) => Keys.NewestAsync(scope, cancellationToken);

    /// <inheritdoc/>
    public ValueTask RetireDataKeysAsync(ImmutableArray<DataKeyId> keys, CancellationToken cancellationToken) => Keys.RetireAsync(keys, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DestroyDataKeysAsync(ImmutableArray<DataKeyId> keys, CancellationToken cancellationToken) => Keys.DestroyAsync(keys, cancellationToken);
}
