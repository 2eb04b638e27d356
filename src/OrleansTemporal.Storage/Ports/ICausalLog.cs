using OrleansTemporal.Causality;

namespace OrleansTemporal.Storage.Ports;

/// <summary>
/// The durable, ordered log of one agent. <see cref="Enqueue"/> is called under the agent's gate, everything else
/// outside of it.
/// </summary>
public interface ICausalLog : IAsyncDisposable
{
    /// <summary>The newest sequence that is durable. Never goes back. A volatile read.</summary>
    long DurableThrough { get; }

    /// <summary>The oldest sequence that the log still holds, or <see cref="LastSequence"/> + 1 when it holds none.</summary>
    long FirstSequence { get; }

    /// <summary>The newest sequence enqueued or recovered; 0 when there was none.</summary>
    long LastSequence { get; }

    /// <summary>Bytes of records that are not trimmed yet.</summary>
    long Bytes { get; }

    /// <summary>Why this handle is dead, or null. A dead handle accepts nothing; the agent drops its memory and opens anew.</summary>
    Exception? Fault { get; }

    /// <summary>Takes room for a record before the gate is entered. Completes at once unless a limit is reached.</summary>
    /// <exception cref="Errors.TemporalException">Throttled, <c>journal_full</c>, when there is no room for longer than the configured wait; Unavailable when the logs are read-only.</exception>
    ValueTask ReserveAsync(int bytes, CancellationToken cancellationToken);

    /// <summary>Gives back room that was taken and not used, because the write was refused.</summary>
    void Release(int bytes);

    /// <summary>
    /// Stages a record; copies it; never waits and never fails (on a dead handle it does nothing and the wait fails).
    /// The room reserved for it counts as used. Sequences come without gaps.
    /// </summary>
    void Enqueue(long sequence, HybridTimestamp systemTime, ReadOnlySpan<byte> record);

    /// <summary>Completes when every record up to <paramref name="sequence"/> is durable.</summary>
    /// <exception cref="Errors.TemporalException">Unavailable, <c>storage_failed</c>, outcome unknown, when the flush failed.</exception>
    /// <exception cref="OperationCanceledException">The caller stopped waiting; the outcome is unknown to it.</exception>
    ValueTask WhenDurableAsync(long sequence, CancellationToken cancellationToken);

    /// <summary>Durable records after a sequence, in order, at least one (when there is one) and at most about <paramref name="bytesMax"/> bytes.</summary>
    /// <exception cref="Errors.TemporalException">Corrupt when a frame no longer verifies.</exception>
    ValueTask<LogPage> ReadAsync(long afterSequence, int bytesMax, CancellationToken cancellationToken);

    /// <summary>Says that records up to <paramref name="sequence"/> are in segments and will not be read from here again.</summary>
    void Trim(long sequence);
}
