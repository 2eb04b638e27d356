using System.Collections.Immutable;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Encryption;

/// <summary>The data keys of a cluster as its clients see them: a silo has the keys, a client their names.</summary>
internal sealed class ClusterDataKeys(IGrainFactory grains) : IDataKeys
{
    /// <inheritdoc/>
    public ValueTask<ImmutableArray<DataKeyInfo>> ListAsync(string workspace, CancellationToken cancellationToken) =>
        Of(workspace).ListDataKeysAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<DataKeyInfo> RotateAsync(DataKeyScope scope, DataKeyId id, CancellationToken cancellationToken) =>
        id.IsNone ? Of(scope.Workspace).RotateDataKeyAsync(scope, cancellationToken) : Of(scope.Workspace).MakeDataKeyAsync(scope, id, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<DataKeyId> NewestAsync(DataKeyScope scope, CancellationToken cancellationToken) =>
        Of(scope.Workspace).GetNewestDataKeyAsync(scope, cancellationToken);

    /// <inheritdoc/>
    public ValueTask RetireAsync(ImmutableArray<DataKeyId> keys, CancellationToken cancellationToken) =>
        Of(SystemWorkspace).RetireDataKeysAsync(keys, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DestroyAsync(ImmutableArray<DataKeyId> keys, CancellationToken cancellationToken) =>
        Of(SystemWorkspace).DestroyDataKeysAsync(keys, cancellationToken);

    // Keys name themselves, so any silo may be asked about them.
    private static string SystemWorkspace => Agents.SystemAgents.SystemWorkspace;

    private IWorkspaceGrain Of(string workspace) => grains.GetGrain<IWorkspaceGrain>(workspace);
}
