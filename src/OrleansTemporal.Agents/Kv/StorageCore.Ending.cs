using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Kv;

/// <content>
/// Values that end after their slots have moved. Who wrote them finds them, in the order of time, and tells who has the slot
/// by now; he writes down that they are over, or sees that they were replaced. So one log decides for each of them.
/// </content>
internal sealed partial class StorageCore
{
    /// <summary>Obeys an order of who has handed the slots of some values over, here or where the slots have gone since.</summary>
    public async ValueTask<long> EndAsync(KvEndOrder order, CancellationToken cancellationToken)
    {
        List<KvExpiring> batch = [.. order.Entries.Select(static entry => new KvExpiring(entry.ExpiresAt, entry.SystemTime, entry.Key, entry.WriteId.Sequence, entry.WriteId.Ordinal))];
        var digest = order.Writer.Digest;
        var isTakenOver = Volatile.Read(ref transfers)?.Find(new KvTransferOrder { MapVersion = order.MapVersion, Peer = order.Peer, Slots = SlotSet.Empty }, isHandOver: false) is not null;
        while (isTakenOver)
        {
            var (here, left, moved) = Divide(batch);
            var count = await EndElsewhereAsync(order.Writer, left, order.CountsOnly, cancellationToken).ConfigureAwait(false);
            var writer = new KvExpiryWriter(here, digest, Services.Salts);
            if (here.Count == 0)
            {
                return count;
            }

            if (order.CountsOnly)
            {
                return count + await CountOverAsync(writer, cancellationToken).ConfigureAwait(false);
            }

            if (await EndHereAsync(writer, moved, null, cancellationToken).ConfigureAwait(false) is { } own)
            {
                await Log.WhenDurableAsync(SequenceNow(), cancellationToken).ConfigureAwait(false);
                return own >= 0 ? count + own
                    : throw new TemporalException(ErrorKind.Throttled, ErrorCodes.JournalFull, $"The log of {Id} has no room for what ends.") { RetryAfter = TimeSpan.FromSeconds(1) };
            }
        }

        throw Moved();
    }

    // Which of a batch are this agent's to write down, and which are another's.
    private (List<KvExpiring> Here, List<KvExpiring> Left, KvTransfers? Moved) Divide(List<KvExpiring> batch)
    {
        var moved = Volatile.Read(ref transfers);
        if (moved is null)
        {
            return (batch, [], null);
        }

        var byPlace = batch.ToLookup(end => moved.Now(SlotHash.Of(end.Key)).IsElsewhere);
        return ([.. byPlace[false]], [.. byPlace[true]], moved);
    }

    private async ValueTask<long> EndElsewhereAsync(AgentId writer, List<KvExpiring> batch, bool countsOnly, CancellationToken cancellationToken)
    {
        var count = 0L;
        foreach (var part in batch.GroupBy(end => Volatile.Read(ref transfers)!.LastHandOver(SlotHash.Of(end.Key))!))
        {
            var order = new KvEndOrder
            {
                Writer = writer,
                Peer = Id,
                MapVersion = part.Key.MapVersion,
                Entries = [.. part.Select(end => new KvExpiringEntry(end.Key, new WriteId(writer.Digest, end.Sequence, end.Ordinal), end.SystemTime, end.ExpiresAt))],
                CountsOnly = countsOnly,
            };
            count += await PeerOf(part.Key.Peer).EndAsync(order, cancellationToken).ConfigureAwait(false);
        }

        return count;
    }

    // How many values that lie elsewhere, or were taken over again, are over and still the newest of their keys.
    private async ValueTask<long> CountMovedOverAsync(List<KvExpiring> batch, CancellationToken cancellationToken)
    {
        try
        {
            var (here, left, _) = Divide(batch);
            return await EndElsewhereAsync(Id, left, countsOnly: true, cancellationToken).ConfigureAwait(false)
                + await CountOverAsync(new KvExpiryWriter(here, Encoder.AgentDigest, Services.Salts), cancellationToken).ConfigureAwait(false);
        }
        catch (TemporalException onTheWay) when (onTheWay.Code == ErrorCodes.SlotsMoved)
        {
            // Nobody has the slots just now. They count until somebody does.
            return 0;
        }
    }

    private async ValueTask<int> CountOverAsync(KvExpiryWriter writer, CancellationToken cancellationToken)
    {
        KvLookups? lookups = null;
        for (var missing = Foresee(writer); ;)
        {
            lookups = missing is null ? lookups : await TryLookUpAsync(missing, lookups, cancellationToken).ConfigureAwait(false);
            lock (Gate)
            {
                RequireAlive();
                missing = FindOver(writer, lookups);
                if (missing is null)
                {
                    return writer.Count;
                }
            }
        }
    }

    // Under no gate. Whether a version belongs to the present stay of its slot.
    private bool IsOfThisStay(in KvExpiring end) =>
        Volatile.Read(ref transfers)?.Now(SlotHash.Of(end.Key)) is not { } tenure || (!tenure.IsElsewhere && end.Sequence > tenure.After);

    private long SequenceNow()
    {
        lock (Gate)
        {
            return Sequence;
        }
    }
}
