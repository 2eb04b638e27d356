using System.Collections.Immutable;

namespace OrleansTemporal.Encryption;

/// <content>The ring for those who name keys and never hold one.</content>
public sealed partial class DataKeyRing : IDataKeys
{
    async ValueTask<ImmutableArray<DataKeyInfo>> IDataKeys.ListAsync(string workspace, CancellationToken cancellationToken)
    {
        await CatchUpAsync(cancellationToken).ConfigureAwait(false);
        return List(workspace);
    }

    ValueTask<DataKeyId> IDataKeys.NewestAsync(DataKeyScope scope, CancellationToken cancellationToken)
    {
        var finding = NewestAsync(scope, cancellationToken);
        return finding.IsCompletedSuccessfully ? new(finding.Result.Id) : WaitAsync(finding);

        static async ValueTask<DataKeyId> WaitAsync(ValueTask<DataKey> finding) => (await finding.ConfigureAwait(false)).Id;
    }

    async ValueTask IDataKeys.RetireAsync(ImmutableArray<DataKeyId> ids, CancellationToken cancellationToken) =>
        await RetireAsync(await NamedAsync(ids, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    async ValueTask IDataKeys.DestroyAsync(ImmutableArray<DataKeyId> ids, CancellationToken cancellationToken) =>
        await DestroyAsync(await NamedAsync(ids, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    // What is not there any more has been destroyed already.
    private async ValueTask<DataKey[]> NamedAsync(ImmutableArray<DataKeyId> ids, CancellationToken cancellationToken)
    {
        if (ids.Any(MustRead))
        {
            await CatchUpAsync(cancellationToken).ConfigureAwait(false);
        }

        return [.. ids.Select(TryFind).OfType<DataKey>()];
    }
}
