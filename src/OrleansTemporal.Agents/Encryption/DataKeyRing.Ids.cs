using System.Collections.Immutable;

namespace OrleansTemporal.Encryption;

/// <content>The ring for those who name keys and never hold one.</content>
public sealed partial class DataKeyRing : IDataKeys
{
    ValueTask<ImmutableArray<DataKeyInfo>> IDataKeys.ListAsync(string workspace, CancellationToken cancellationToken) => new(List(workspace));

    ValueTask<DataKeyId> IDataKeys.NewestAsync(DataKeyScope scope, CancellationToken cancellationToken)
    {
        var finding = NewestAsync(scope, cancellationToken);
        return finding.IsCompletedSuccessfully ? new(finding.Result.Id) : WaitAsync(finding);

        static async ValueTask<DataKeyId> WaitAsync(ValueTask<DataKey> finding) => (await finding.ConfigureAwait(false)).Id;
    }

    ValueTask IDataKeys.RetireAsync(ImmutableArray<DataKeyId> ids, CancellationToken cancellationToken) => RetireAsync(Named(ids), cancellationToken);

    ValueTask IDataKeys.DestroyAsync(ImmutableArray<DataKeyId> ids, CancellationToken cancellationToken) => DestroyAsync(Named(ids), cancellationToken);

    // What is not there any more has been destroyed already.
    private DataKey[] Named(ImmutableArray<DataKeyId> ids) => [.. ids.Select(TryFind).OfType<DataKey>()];
}
