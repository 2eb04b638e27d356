using System.Collections.Immutable;

namespace OrleansTemporal.Kv;

public partial class StorageAgent
{
    /// <inheritdoc/>
    public async ValueTask<KvTransfer> HandOverAsync(KvTransferOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        var core = await GetStorageAsync(cancellationToken).ConfigureAwait(false);
        return await core.TransferAsync(order, isHandOver: true, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<KvTransfer> TakeOverAsync(KvTransferOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        ArgumentNullException.ThrowIfNull(order.HandOver);
        var core = await GetStorageAsync(cancellationToken).ConfigureAwait(false);

        // All that is written here comes after all that was written there.
        Services.Clock.Receive(order.HandOver.SystemTime);
        return await core.TransferAsync(order, isHandOver: false, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<long> EndAsync(KvEndOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(order.Entries.Length, Limits.PageCountMax);
        var core = await GetStorageAsync(cancellationToken).ConfigureAwait(false);
        return await core.EndAsync(order, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<KvWriteResult>> RecallAsync(KvRecallQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var core = await GetStorageAsync(cancellationToken).ConfigureAwait(false);
        return await core.RecallAsync(query, cancellationToken).ConfigureAwait(false);
    }
}
