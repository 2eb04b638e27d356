using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <content>Which keys have changed, for views and indexes. What they have come to, the keys are asked.</content>
internal sealed partial class StorageCore
{
    /// <summary>Changes behind a sequence up to a moment, which is closed first.</summary>
    public async ValueTask<KvChangesPage> ReadChangesAsync(KvChangesQuery query, CancellationToken cancellationToken)
    {
        var through = await CloseOnceAsync(AsOf.At(query.Through), cancellationToken).ConfigureAwait(false);
        if (query.AfterSequence is not { } after)
        {
            var at = await SequenceAtAsync(through, cancellationToken).ConfigureAwait(false);
            return new KvChangesPage { Sequence = at, Through = query.Through, KeptFrom = KeptFrom };
        }

        var page = await ReadDeltasAsync(after, query.CountMax, cancellationToken).ConfigureAwait(false);
        var changes = ImmutableArray.CreateBuilder<KvKeyChange>();
        var (last, isWhole, hasMoved, hasGaps) = (HybridTimestamp.Zero, !page.HasMore, false, false);
        foreach (var bytes in page.Records)
        {
            var record = DeltaRecord.Read(bytes);
            if (record.SystemTime.Value > through)
            {
                isWhole = true;
                break;
            }

            (after, last) = (record.Sequence, record.SystemTime);
            hasMoved |= record.Kind == KvKinds.HandOver || record.Kind == KvKinds.TakeOver;
            hasGaps |= AddChanges(record, changes);
        }

        return new KvChangesPage
        {
            Changes = changes.DrainToImmutable(),
            Sequence = after,
            Through = isWhole ? query.Through : last,
            HasMoved = hasMoved,
            HasGaps = hasGaps,
            KeptFrom = KeptFrom,
        };
    }

    // True when what a write was of is not known any more.
    private static bool AddChanges(DeltaRecord record, ImmutableArray<KvKeyChange>.Builder changes)
    {
        var isErasure = record.Kind == KvKinds.Erase;
        if (record.Kind != KvKinds.Store && record.Kind != KvKinds.Delete && !isErasure)
        {
            return false;
        }

        if (!record.HasPayload)
        {
            return true;
        }

        var hasGaps = false;
        foreach (var operation in new KvPayloadReader(record.Payload.Span))
        {
            // Clean-up's tombstones say nothing that the values before them have not said.
            if (!operation.IsErased && (isErasure || operation.Kind != KvOperationKind.Expire))
            {
                changes.Add(new KvKeyChange(Encoding.UTF8.GetString(operation.Key), record.SystemTime, isErasure));
            }

            hasGaps |= operation.IsErased;
        }

        return hasGaps;
    }

    // The newest sequence at or before a time that is closed. Nearly always the newest there is.
    private async ValueTask<long> SequenceAtAsync(ulong time, CancellationToken cancellationToken)
    {
        var (low, high) = (0L, Log.DurableThrough);
        var middle = high;
        while (low < high)
        {
            if ((await ReadDeltaAsync(middle, cancellationToken).ConfigureAwait(false)).SystemTime.Value <= time)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }

            middle = low + ((high - low + 1) / 2);
        }

        return low;
    }
}
