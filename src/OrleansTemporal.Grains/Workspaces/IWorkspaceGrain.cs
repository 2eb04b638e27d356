using System.Collections.Immutable;
using OrleansTemporal.Encryption;
using OrleansTemporal.Lifecycle;

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

    /// <inheritdoc cref="IDataKeys.RotateAsync"/>
    ValueTask<DataKeyInfo> RotateDataKeyAsync(DataKeyScope scope, CancellationToken cancellationToken);

    /// <inheritdoc cref="IDataKeys.NewestAsync"/>
    ValueTask<DataKeyId> GetNewestDataKeyAsync(DataKeyScope scope, CancellationToken cancellationToken);

    /// <inheritdoc cref="IDataKeys.RetireAsync"/>
    ValueTask RetireDataKeysAsync(ImmutableArray<DataKeyId> keys, CancellationToken cancellationToken);

    /// <inheritdoc cref="IDataKeys.DestroyAsync"/>
    ValueTask DestroyDataKeysAsync(ImmutableArray<DataKeyId> keys, CancellationToken cancellationToken);
}
