using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;

namespace OrleansTemporal.Kv;

// Operations that are sent again after keys have moved: their deltas are looked for wherever the keys were, and keys that
// have come together since the first try are completed one by one.
internal sealed partial class StorageCore
{
    private static readonly long RecallMillisecondsMax = (long)TimeSpan.FromHours(24).TotalMilliseconds;

    /// <summary>The deltas of an operation, here and at those from whom slots were taken over.</summary>
    public async ValueTask<ImmutableArray<KvWriteResult>> RecallAsync(KvRecallQuery query, CancellationToken cancellationToken)
    {
        var newest = await FindRecordedAsync(query.Operation, cancellationToken).ConfigureAwait(false);
        var moved = Volatile.Read(ref transfers);
        return await RecallAsync(newest, moved, query, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<ImmutableArray<KvWriteResult>> RecallAsync(
        OperationEntry? newest, KvTransfers? moved, KvRecallQuery query, CancellationToken cancellationToken)
    {
        var results = new List<KvWriteResult>();
        for (var entry = newest; entry is not null; entry = entry.Earlier)
        {
            if (entry.Sequence <= query.ThroughSequence)
            {
                await Log.WhenDurableAsync(entry.Sequence, cancellationToken).ConfigureAwait(false);
                results.Add(await ReplayOutcomeAsync(entry, cancellationToken).ConfigureAwait(false));
            }
        }

        // The last take-over of a slot leads, through its peer, to all that were before it. To ask the peers of the others as
        // well would ask two in the place of each one, at every step back.
        foreach (var slots in moved is null ? [] : Enumerable.Range(0, Limits.SlotCount).Where(query.Slots.Contains).GroupBy(slot => moved.LastTakeOver(slot, query.ThroughSequence)))
        {
            if (slots.Key is { } transfer && IsRecent(transfer))
            {
                var asked = slots.ToHashSet();
                results.AddRange(await PeerOf(transfer).RecallAsync(
                    query with { Slots = SlotSet.Where(asked.Contains), ThroughSequence = transfer.PeerSequence }, cancellationToken).ConfigureAwait(false));
            }
        }

        return [.. results.DistinctBy(static result => (result.Receipt.Agent, result.Receipt.Sequence))];
    }

    // Those that have to do with the keys of a write.
    private async ValueTask<KvRecalled> RecallAsync(KvWrite write, CancellationToken cancellationToken)
    {
        var newest = await FindRecordedAsync(write.Operation, cancellationToken).ConfigureAwait(false);
        var moved = Volatile.Read(ref transfers);
        var query = new KvRecallQuery { Operation = write.Operation!, Slots = SlotsOf(write.Operations) };
        var keys = write.Operations.Select(static operation => operation.Key).ToHashSet(StringComparer.Ordinal);
        var results = await RecallAsync(newest, moved, query, cancellationToken).ConfigureAwait(false);
        return new KvRecalled(newest, [.. results.Where(result => result.Outcomes.Any(outcome => keys.Contains(outcome.Key)))]);
    }

    // Answers what is there, and writes what is not.
    private async ValueTask<KvWriteResult> CompleteAsync(KvWrite write, KvRecalled recalled, CancellationToken cancellationToken)
    {
        var results = recalled.Results;
        var written = results.SelectMany(static result => result.Outcomes).Select(static outcome => outcome.Key).ToHashSet(StringComparer.Ordinal);
        var rest = write.Operations.RemoveAll(operation => written.Contains(operation.Key));
        if (!rest.IsEmpty)
        {
            var prepared = KvPreparedWrite.Prepare(write with { Operations = rest }, Services.Salts, cipher);
            results = results.Add(await WriteAsync(prepared, cancellationToken).ConfigureAwait(false));
        }

        return results.Length == 1 ? results[0] : Join(write, results);
    }

    private static KvWriteResult Join(KvWrite write, ImmutableArray<KvWriteResult> results)
    {
        var byKey = results.OrderBy(static result => result.Receipt.SystemTime)
            .SelectMany(static result => result.Outcomes)
            .GroupBy(static outcome => outcome.Key, StringComparer.Ordinal)
            .ToDictionary(static group => group.Key, static group => new Queue<KvOutcome>(group), StringComparer.Ordinal);
        return results.MaxBy(static result => result.Receipt.SystemTime)! with
        {
            Outcomes = [.. write.Operations.Select(operation => byKey[operation.Key].Dequeue())],
            Replayed = results.All(static result => result.Replayed),
        };
    }

    // Under the gate. Without anything remembered here, only slots that came within the time of memory may have it elsewhere.
    private bool MustRecall(KvPreparedWrite prepared, OperationEntry? found, KvRecalled? recalled)
    {
        if (prepared.Write.Operation is null || (recalled is not null && ReferenceEquals(recalled.Newest, found)))
        {
            return false;
        }

        for (var i = 0; found is null && i < prepared.Write.Operations.Length; i++)
        {
            var slot = SlotHash.Of(prepared.KeyOf(i).Key);
            if (transfers!.All.Any(transfer => transfer.Slots.Contains(slot) && IsRecent(transfer)))
            {
                return true;
            }
        }

        return found is not null;
    }

    private bool IsRecent(KvTransfer transfer) =>
        !transfer.IsHandOver && Services.Clock.Last.Milliseconds - transfer.SystemTime.Milliseconds <= RecallMillisecondsMax;

    private static SlotSet SlotsOf(ImmutableArray<KvOperation> operations)
    {
        var slots = new bool[Limits.SlotCount];
        foreach (var operation in operations)
        {
            slots[SlotHash.Of(operation.Key)] = true;
        }

        return SlotSet.Where(slot => slots[slot]);
    }
}
