using OrleansTemporal.Causality;

namespace OrleansTemporal.Storage.Journal;

/// <content>What is staged, and who waits for it.</content>
public sealed partial class SharedJournal
{
    private StagedGroup staging = new();
    private StagedGroup? inFlight;
    private StagedGroup? idle = new();
    private long lastToken;
    private bool isFlushing;
    private bool isKicked;
    private bool isTimerSet;
    private bool isFlushRequested;
    private int lastWaiterCount;
    private int onTheirWay;
    private ulong durableCeiling;

    internal void Enqueue(JournalAgentLog log, long sequence, ulong systemTime, ReadOnlySpan<byte> record)
    {
        // Checksums are made before the gate, so that callers share the work and not the wait.
        Span<byte> header = stackalloc byte[FrameHeader.Bytes];
        var slot = log.Slot;
        FrameHeader.Write(header, FrameType.Record, record.Length, Crc32C.Compute(record), slot.Ordinal, (ulong)sequence, systemTime);
        bool setTimer, kick;
        lock (gate)
        {
            UseReservation(log);
            if (WriteRefusal() is { } refusal)
            {
                log.Kill(refusal);
            }

            if (log.Fault is not null)
            {
                GrantRoom();
                return;
            }

            if (sequence != slot.LastSequence + 1 && slot.LastSequence != 0)
            {
                throw JournalErrors.Broken($"{slot.Agent}: sequence {sequence} was enqueued after {slot.LastSequence}.");
            }

            var index = staging.Touch(slot);
            staging.Append(index, header, record);
            ref var touch = ref staging.Touches[index];
            if (touch.First == 0)
            {
                touch.First = sequence;
            }

            touch.Last = sequence;
            touch.RecordBytes += record.Length;
            slot.LastSequence = sequence;
            staging.RecordBytes += record.Length;
            staging.Ceiling = Math.Max(staging.Ceiling, systemTime);
            staging.FirstTime = Math.Min(staging.FirstTime, systemTime);
            setTimer = !isTimerSet;
            isTimerSet = true;
            kick = staging.Length >= options.FlushAtBytes && KickUnderGate();
        }

        if (setTimer)
        {
            flushTimer.Change(options.FlushInterval, Timeout.InfiniteTimeSpan);
        }

        if (kick)
        {
            Wake();
        }
    }

    internal ValueTask WhenDurableAsync(JournalAgentLog log, long sequence, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        var slot = log.Slot;
        StagedGroup? lead = null;
        DurableWaiter? waiter = null;
        var wake = false;
        lock (gate)
        {
            if (sequence <= slot.DurableThrough)
            {
                return ValueTask.CompletedTask;
            }

            if (log.Fault is { } reason)
            {
                return ValueTask.FromException(JournalErrors.WriteFailed(reason));
            }

            if (sequence > slot.LastSequence)
            {
                throw new ArgumentOutOfRangeException(nameof(sequence), sequence, $"Nothing of {slot.Agent} was enqueued after {slot.LastSequence}.");
            }

            if (IsStaged(slot, sequence))
            {
                lead = TryLead();
                if (lead is null)
                {
                    waiter = waiters.Take();
                    staging.Waiters.Add(waiter);
                    wake = !WaiterBatch.IsTelling(this) && IsDue && KickUnderGate();
                }
            }
            else
            {
                waiter = waiters.Take();
                inFlight!.Waiters.Add(waiter);
            }
        }

        if (lead is not null)
        {
            return LeadAsync(lead);
        }

        if (wake)
        {
            Wake();
        }

        waiter!.CancelWith(cancellationToken);
        return waiter.Task;
    }

    /// <inheritdoc/>
    public ValueTask CloseAsync(HybridTimestamp instant, CancellationToken cancellationToken)
    {
        if (instant.Value >= Volatile.Read(ref undecidedFrom))
        {
            return ValueTask.FromException(JournalErrors.Undecided());
        }

        if (instant.Value <= Volatile.Read(ref durableCeiling))
        {
            return ValueTask.CompletedTask;
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        StagedGroup? lead = null;
        DurableWaiter? waiter = null;
        var wake = false;
        lock (gate)
        {
            if (instant.Value <= durableCeiling)
            {
                return ValueTask.CompletedTask;
            }

            if (WriteRefusal() is { } refusal)
            {
                return ValueTask.FromException(refusal);
            }

            if (inFlight is not null && inFlight.Ceiling >= instant.Value)
            {
                waiter = waiters.Take();
                inFlight.Waiters.Add(waiter);
            }
            else
            {
                staging.Ceiling = Math.Max(staging.Ceiling, Saturate(instant));
                lead = TryLead();
                if (lead is null)
                {
                    wake = KickUnderGate();
                    waiter = waiters.Take();
                    staging.Waiters.Add(waiter);
                }
            }
        }

        if (lead is not null)
        {
            return LeadAsync(lead);
        }

        if (wake)
        {
            Wake();
        }

        waiter!.CancelWith(cancellationToken);
        return waiter.Task;
    }

    private ulong Saturate(HybridTimestamp instant)
    {
        var slack = (ulong)options.CeilingSlack.TotalMilliseconds << HybridTimestamp.CounterBits;
        return instant.Value > ulong.MaxValue - slack ? ulong.MaxValue : instant.Value + slack;
    }

    private bool IsStaged(AgentSlot slot, long sequence) =>
        slot.StagedToken == staging.Token && staging.Touches[slot.TouchIndex] is { First: > 0 } touch && sequence >= touch.First;

    private ValueTask WaitForStaged(AgentSlot slot)
    {
        var waiter = waiters.Take();
        if (slot.StagedToken == staging.Token)
        {
            staging.Waiters.Add(waiter);
        }
        else
        {
            inFlight!.Waiters.Add(waiter);
        }

        return waiter.Task;
    }

    private void OnFlushTimer()
    {
        bool wake;
        lock (gate)
        {
            isTimerSet = false;
            if (staging.FrameCount == 0)
            {
                return;
            }

            isFlushRequested = true;
            wake = KickUnderGate();
        }

        if (wake)
        {
            Wake();
        }
    }

    private void Kick()
    {
        bool wake;
        lock (gate)
        {
            wake = KickUnderGate();
        }

        if (wake)
        {
            Wake();
        }
    }
}
