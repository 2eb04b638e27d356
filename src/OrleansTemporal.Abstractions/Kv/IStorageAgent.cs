using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Lifecycle;

namespace OrleansTemporal.Kv;

/// <summary>The storage agent: JSON documents by key, every version kept. One agent is one partition of a namespace.</summary>
public interface IStorageAgent : IAgent
{
    /// <summary>Applies all operations as one delta, or none.</summary>
    /// <exception cref="Errors.TemporalException">
    /// <c>malformed_json</c>, <c>invalid_key</c>, <c>value_too_large</c>, <c>batch_too_large</c>,
    /// <c>precondition_failed</c>, <c>idempotency_key_reused</c>, <c>journal_full</c>, <c>storage_failed</c>.
    /// </exception>
    ValueTask<KvWriteResult> WriteAsync(KvWrite write, CancellationToken cancellationToken);

    /// <summary>Reads one key, now or as of a moment. O(log versions) from memory.</summary>
    ValueTask<KvReadResult> GetAsync(string key, AsOf asOf, CancellationToken cancellationToken);

    /// <summary>Reads several keys as of one moment; one result per key, in order.</summary>
    ValueTask<ImmutableArray<KvReadResult>> GetManyAsync(ImmutableArray<string> keys, AsOf asOf, CancellationToken cancellationToken);

    /// <summary>Reads versions of one key. O(versions returned), with a filter O(versions looked at).</summary>
    /// <exception cref="Errors.TemporalException"><c>invalid_key</c>, <c>invalid_field</c>, <c>malformed_json</c>, <c>query_too_large</c>, <c>slots_moved</c>.</exception>
    ValueTask<KvHistoryPage> GetHistoryAsync(KvHistoryQuery query, CancellationToken cancellationToken);

    /// <summary>Lists live keys in key order.</summary>
    ValueTask<KvListPage> ListAsync(KvListQuery query, CancellationToken cancellationToken);

    /// <summary>One turn of a query; O(keys scanned), bounded.</summary>
    /// <exception cref="Errors.TemporalException"><c>invalid_field</c>, <c>query_too_large</c>.</exception>
    ValueTask<KvQueryPage> QueryAsync(KvQuery query, CancellationToken cancellationToken);

    /// <summary>Which keys have changed behind a sequence, up to a moment that is closed with it. O(deltas), bounded.</summary>
    /// <exception cref="Errors.TemporalException"><c>as_of_in_future</c>.</exception>
    ValueTask<KvChangesPage> ReadChangesAsync(KvChangesQuery query, CancellationToken cancellationToken);

    /// <summary>Lists values that end within a time, the first to end first. O(values that were to end then).</summary>
    ValueTask<KvExpiringPage> ListExpiringAsync(KvExpiringQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// Forgets values for good. Durable, and hidden from every read, when it answers; the bytes are gone from every file
    /// when <see cref="WhenPurgedAsync"/> completes. Goes on where a crash has cut it short when it is asked again.
    /// </summary>
    /// <exception cref="Errors.TemporalException"><c>invalid_key</c>, <c>idempotency_key_reused</c>, <c>journal_full</c>, <c>storage_failed</c>, <c>erasures_pending</c>, <c>slots_moved</c>.</exception>
    ValueTask<KvEraseResult> EraseAsync(KvErase erase, CancellationToken cancellationToken);

    /// <summary>Completes when nothing that was erased is in any file any more. The host's housekeeping does the work.</summary>
    ValueTask WhenPurgedAsync(CancellationToken cancellationToken);

    /// <summary>
    /// One bounded step of looking through all versions and of letting go of those that the order lets go. Durable before
    /// bytes go; a read of a moment before what is kept is refused with <c>history_expired</c> from then on.
    /// </summary>
    ValueTask<DistillReport> DistillAsync(DistillOrder order, CancellationToken cancellationToken);

    /// <summary>Counts, as of now; O(1), and as much as there are values over that clean-up has not come to yet.</summary>
    ValueTask<KvStats> GetStatsAsync(CancellationToken cancellationToken);

    /// <summary>Writes down that slots are another agent's from here on: writes to them that come later are refused. Durable when it answers.</summary>
    /// <exception cref="Errors.TemporalException"><c>slots_moved</c>: another transfer had the slots before; <c>storage_failed</c>.</exception>
    ValueTask<KvTransfer> HandOverAsync(KvTransferOrder order, CancellationToken cancellationToken);

    /// <summary>Writes down that slots are this agent's from here on, and where their earlier versions are. Durable when it answers.</summary>
    ValueTask<KvTransfer> TakeOverAsync(KvTransferOrder order, CancellationToken cancellationToken);

    /// <summary>
    /// Writes down that values are over which nobody has replaced since their slots were handed over, here or wherever the
    /// slots are by now. Durable when it answers; again changes nothing.
    /// </summary>
    /// <returns>How many there were.</returns>
    /// <exception cref="Errors.TemporalException"><c>slots_moved</c>: the slots are still on their way; <c>journal_full</c>, <c>storage_failed</c>.</exception>
    ValueTask<long> EndAsync(KvEndOrder order, CancellationToken cancellationToken);

    /// <summary>What an operation came to here and, for slots that were taken over within the last 24 hours, at those before; one result for each delta.</summary>
    /// <exception cref="Errors.TemporalException"><c>idempotency_key_reused</c>.</exception>
    ValueTask<ImmutableArray<KvWriteResult>> RecallAsync(KvRecallQuery query, CancellationToken cancellationToken);
}
