using OrleansTemporal.Agents;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Signals;

/// <summary>Owner of the entities of one partition of a ledger.</summary>
public interface ISignalLedgerAgent : IAgent
{
    /// <summary>Takes a newer version of the ledger's schema; one that it knows already changes nothing. Called by facades, the catalog decides.</summary>
    ValueTask DefineAsync(SignalSchema schema, CancellationToken cancellationToken);

    /// <summary>Records a batch of events as one delta.</summary>
    /// <exception cref="Errors.TemporalException">Invalid, <c>signal_not_found</c>: a signal that no schema it knows of has;
    /// <c>event_in_future</c>; TooLarge, <c>too_many_ahead</c>; Invalid, <c>idempotency_key_reused</c>.</exception>
    ValueTask<SignalWriteResult> RecordAsync(SignalWrite write, CancellationToken cancellationToken);

    /// <summary>
    /// What is known of some entities, once it is durable. From memory when no event of theirs is after the moments that are
    /// asked for; else their events are folded again up to then, which costs a reading of the log.
    /// </summary>
    ValueTask<SignalAnswer> ReadAsync(SignalQuery query, CancellationToken cancellationToken);

    /// <summary>The leaders among the entities of this partition. Cost: one value of each entity; a reading of the log when a moment of the past is asked for.</summary>
    ValueTask<SignalTop> TopAsync(SignalTopQuery query, CancellationToken cancellationToken);

    /// <summary>How much it holds.</summary>
    ValueTask<SignalStats> GetStatsAsync(CancellationToken cancellationToken);
}
