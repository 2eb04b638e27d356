using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Journal;

/// <content>Writing one group after the other.</content>
public sealed partial class SharedJournal
{
    // Above so many waiters the hop to the flusher's thread costs little for each, and this one has more to do.
    private const int FlushHereMax = 8;

    // A group waits until it has at least one caller for each so many who are under way.
    private const int GatherShare = 2;

    private readonly object wakeLock = new();
    private bool isWoken;
    private bool isStopped;
    private ulong lastGroup;
    private uint lastGroupCrc;
    private long flushCount;

    // Filled and told by whoever writes the group, one at a time.
    private readonly List<AgentSlot> moved = [];

    private bool IsDue => !isReadOnly && !staging.IsEmpty
        && (staging.Waiters.Count > 0 ? !IsGathering : staging.Length >= options.FlushAtBytes || isFlushRequested);

    // Callers who have just been told are likely to write again, so a group waits for a share of those who are under
    // way. With few callers that is at once; with many it makes few large groups, each written while the other callers are
    // at work. A caller who blocks ends this at the flush interval.
    private bool IsGathering => onTheirWay > staging.Waiters.Count * GatherShare
        && staging.FrameCount > 0 && staging.Length < options.FlushAtBytes && !isFlushRequested;

    /// <summary>True when somebody must be woken, which the caller does outside of the gate. Called under the gate, when something is due or will be before it is left.</summary>
    private bool KickUnderGate()
    {
        if (isFlushing || isKicked)
        {
            return false;
        }

        isKicked = true;
        return true;
    }

    private void Wake()
    {
        if (flusher is null)
        {
            scheduler.Post(static state => _ = ((SharedJournal)state!).PostedFlushAsync(), this);
            return;
        }

        lock (wakeLock)
        {
            isWoken = true;
            Monitor.Pulse(wakeLock);
        }
    }

    private void RunFlusher()
    {
        while (true)
        {
            lock (wakeLock)
            {
                while (!isWoken && !isStopped)
                {
                    Monitor.Wait(wakeLock);
                }

                if (isStopped)
                {
                    return;
                }

                isWoken = false;
            }

            var flushes = FlushWhileDueAsync();
            if (flushes.IsCompletedSuccessfully)
            {
                flushes.GetAwaiter().GetResult();
            }
            else
            {
                // Only a file system whose calls complete later comes here; this thread has nothing else to do.
                flushes.AsTask().GetAwaiter().GetResult();
            }
        }
    }

    private async Task PostedFlushAsync() => await FlushWhileDueAsync().ConfigureAwait(false);

    private async ValueTask FlushWhileDueAsync()
    {
        lock (gate)
        {
            isKicked = false;
            if (isFlushing)
            {
                return;
            }
        }

        while (true)
        {
            StagedGroup group;
            lock (gate)
            {
                if (isFlushing || !IsDue)
                {
                    return;
                }

                group = BeginFlush();
            }

            await FlushAsync(group).ConfigureAwait(false);
            lock (gate)
            {
                isFlushing = false;
            }
        }
    }

    /// <summary>Lets the caller write the group itself when it is alone: a hop to another thread costs as much as the flush.</summary>
    private StagedGroup? TryLead() =>
        flusher is not null && !isFlushing && !isKicked && !isReadOnly && lastWaiterCount <= 1
            && staging.Waiters.Count == 0 && staging.TouchCount <= 1
        ? BeginFlush()
        : null;

    private async ValueTask LeadAsync(StagedGroup group)
    {
        if (await FlushAndGoOnAsync(group).ConfigureAwait(false) is { } failure)
        {
            throw JournalErrors.WriteFailed(failure);
        }
    }

    private async ValueTask<Exception?> FlushAndGoOnAsync(StagedGroup group)
    {
        var failure = await FlushAsync(group).ConfigureAwait(false);
        bool wake;
        lock (gate)
        {
            isFlushing = false;
            wake = IsDue && KickUnderGate();
        }

        if (wake)
        {
            Wake();
        }

        return failure;
    }

    /// <summary>So many waiters are about to be told.</summary>
    internal void OnTelling(int count)
    {
        lock (gate)
        {
            onTheirWay += count;
        }
    }

    /// <summary>Some waiters have been told, on this thread; what they wrote is flushed here when it is due.</summary>
    internal void OnTold(int count)
    {
        StagedGroup? group = null;
        var wake = false;
        lock (gate)
        {
            onTheirWay -= count;
            if (!IsDue)
            {
                return;
            }

            if (flusher is not null && !isFlushing && !isKicked && staging.Waiters.Count <= FlushHereMax)
            {
                group = BeginFlush();
            }
            else
            {
                wake = KickUnderGate();
            }
        }

        if (group is not null)
        {
            // Its waiters are told, and if it fails the file is poisoned, in there.
            _ = FlushAndGoOnAsync(group).AsTask();
        }
        else if (wake)
        {
            Wake();
        }
    }

    private StagedGroup BeginFlush()
    {
        isFlushing = true;
        isFlushRequested = false;
        var group = staging;
        group.Ceiling = Math.Max(group.Ceiling, durableCeiling);
        lastWaiterCount = group.Waiters.Count;
        inFlight = group;
        staging = idle!;
        idle = null;
        staging.Reset(++lastToken);
        return group;
    }

    /// <summary>Writes and flushes a group, and tells who waits for it.</summary>
    /// <returns>Why it failed, or null.</returns>
    private async ValueTask<Exception?> FlushAsync(StagedGroup group)
    {
        JournalFile file;
        try
        {
            file = active!;
            if (IsGivenUp(file) || (file.Used + group.SealedBytes(DeclarationBytes(group, file)) > file.Capacity && file.Used > JournalFormat.BlockBytes))
            {
                file = await SwitchFileAsync().ConfigureAwait(false);
            }

            group.Gather();
            Declare(group, file);
            var bytes = group.Seal(lastGroup + 1, lastGroupCrc, file.Header.SaltCheck);
            await file.Data.WriteAsync(file.Used, bytes, CancellationToken.None).ConfigureAwait(false);
            await file.Data.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            Complete(group, file, bytes.Length);
            return null;
        }
        catch (Exception exception)
        {
            // Whatever goes wrong while writing, nobody may be told that it is durable, and the file is done with.
            await PoisonAsync(group, exception).ConfigureAwait(false);
            return exception;
        }
    }

    private static long DeclarationBytes(StagedGroup group, JournalFile file)
    {
        var total = 0L;
        foreach (ref var touch in group.Touches)
        {
            if (touch.Slot.DeclaredIn != file.Number)
            {
                total += FrameHeader.Bytes + touch.Slot.Text.Length;
            }
        }

        return total;
    }

    // Declarations stand behind the records, because only now is it known which file the group goes to.
    private static void Declare(StagedGroup group, JournalFile file)
    {
        Span<byte> header = stackalloc byte[FrameHeader.Bytes];
        foreach (ref var touch in group.Touches)
        {
            var slot = touch.Slot;
            if (slot.DeclaredIn != file.Number)
            {
                FrameHeader.Write(header, FrameType.Agent, slot.Text.Length, Causality.Crc32C.Compute(slot.Text), slot.Ordinal, 0, 0);
                group.Append(StagedGroup.Nobody, header, slot.Text);
                slot.DeclaredIn = file.Number;
            }
        }
    }

    private void Complete(StagedGroup group, JournalFile file, int bytes)
    {
        WaiterChain told;
        var listener = Listener is { IsListening: true } listening ? listening : null;
        lock (gate)
        {
            var offset = file.Used;
            foreach (ref var touch in group.Touches)
            {
                CompleteTouch(ref touch, file, offset);
                if (listener is not null && touch.First > 0 && listener.Hears(touch.Slot.Agent.Kind))
                {
                    moved.Add(touch.Slot);
                }
            }

            file.Used += bytes;
            usedBytes += bytes;
            lastGroup++;
            lastGroupCrc = group.Crc;
            Volatile.Write(ref durableCeiling, group.Ceiling);
            flushCount++;
            told = group.Waiters;
            lastWaiterCount = told.Count;
            Retire(group);
            GrantRoom();
            PrepareNextFile();
            ReleaseFiles();
        }

        WaiterBatch.Post(this, ref told, null);
        if (listener is not null)
        {
            Tell(listener);
        }
    }

    private void Tell(IDurableListener listener)
    {
        foreach (var slot in moved)
        {
            listener.OnDurable(slot.Agent, slot.DurableThrough);
        }

        moved.Clear();
    }

    private void CompleteTouch(ref GroupTouch touch, JournalFile file, long offset)
    {
        var slot = touch.Slot;
        if (touch.First > 0)
        {
            slot.Extents.Add(new JournalExtent(
                file, offset + touch.Start, touch.FrameBytes, slot.Ordinal, touch.First, touch.Last, touch.RecordBytes, file.Region));
            slot.DurableThrough = touch.Last;
            if (slot.TrimmedThrough >= touch.Last)
            {
                slot.Extents.TrimThrough(slot.TrimmedThrough);
            }
        }

        if (touch.Drops)
        {
            slot.Extents.TrimThrough(long.MaxValue);
            slots.Remove(slot.Agent);
        }
        else if (slot.Handle is null)
        {
            ForgetIfIdle(slot);
        }
    }

    private void Retire(StagedGroup group)
    {
        inFlight = null;
        group.Reset(0);
        idle = group;
    }
}
