using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Journal;

/// <summary>One agent's handle on the shared journal.</summary>
internal sealed class JournalAgentLog(SharedJournal journal, AgentSlot slot) : ICausalLog
{
    private Exception? fault;

    public AgentSlot Slot { get; } = slot;

    public long DurableThrough => Slot.DurableThrough;

    public long FirstSequence => journal.FirstSequenceOf(Slot);

    public long LastSequence => journal.LastSequenceOf(Slot);

    public long Bytes => journal.BytesOf(Slot);

    public Exception? Fault => Volatile.Read(ref fault);

    /// <summary>Bytes and number of reservations that no record has used yet. Guarded by the journal's gate.</summary>
    public long ReservedBytes { get; set; }

    /// <inheritdoc cref="ReservedBytes"/>
    public int ReservedCount { get; set; }

    public ValueTask ReserveAsync(int bytes, CancellationToken cancellationToken) => journal.ReserveAsync(this, bytes, cancellationToken);

    public void Release(int bytes) => journal.Release(this, bytes);

    public void Enqueue(long sequence, HybridTimestamp systemTime, ReadOnlySpan<byte> record) =>
        journal.Enqueue(this, sequence, systemTime.Value, record);

    public ValueTask WhenDurableAsync(long sequence, CancellationToken cancellationToken) =>
        sequence <= Slot.DurableThrough ? ValueTask.CompletedTask : journal.WhenDurableAsync(this, sequence, cancellationToken);

    public ValueTask<LogPage> ReadAsync(long afterSequence, int bytesMax, CancellationToken cancellationToken) =>
        journal.ReadAsync(Slot, afterSequence, bytesMax, cancellationToken);

    public void Trim(long sequence) => journal.Trim(Slot, sequence);

    public ValueTask DisposeAsync()
    {
        journal.Close(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Makes the handle dead. Called under the journal's gate; the first reason stays.</summary>
    public void Kill(Exception reason) => Interlocked.CompareExchange(ref fault, reason, null);
}
