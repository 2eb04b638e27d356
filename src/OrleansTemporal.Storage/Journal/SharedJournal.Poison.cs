namespace OrleansTemporal.Storage.Journal;

/// <content>What happens when the disk refuses.</content>
public sealed partial class SharedJournal
{
    // What a failed group holds may be found by the next process until the next file has said that it is void. Nothing is
    // answered meanwhile as of its records' time or later: the answer could change.
    private ulong undecidedFrom = ulong.MaxValue;

    /// <summary>
    /// Gives up a file after a failed write or flush. Its unflushed pages may be gone although a later flush would say
    /// that all is well, so it is never flushed again: the next file's header says where its durable part ends.
    /// </summary>
    private async ValueTask PoisonAsync(StagedGroup group, Exception exception)
    {
        LogPoisoned(active?.Path ?? JournalFormat.Folder, exception);
        WaiterChain told, toldToo;
        lock (gate)
        {
            if (active is not null)
            {
                active.IsPoisoned = true;
            }

            undecidedFrom = Math.Min(undecidedFrom, group.FirstTime);
            told = Fail(group, exception);
            Retire(group);
            toldToo = FailStaging(exception);
        }

        try
        {
            // Before anybody is told: a write that is tried again finds the new file, or a journal that says it is read-only.
            await SwitchFileAsync().ConfigureAwait(false);
            Volatile.Write(ref undecidedFrom, ulong.MaxValue);
        }
        catch (Exception second)
        {
            // Whatever the second failure is, the journal stops accepting writes and says why.
            BecomeReadOnly(second);
        }

        WaiterBatch.Post(this, ref told, exception);
        WaiterBatch.Post(this, ref toldToo, exception);
    }

    private void BecomeReadOnly(Exception exception)
    {
        WaiterChain told;
        lock (gate)
        {
            isReadOnly = true;
            fault = exception.Message;
            told = FailStaging(exception);
            RefuseRoom();
        }

        LogReadOnly(exception);
        WaiterBatch.Post(this, ref told, exception);
    }

    private WaiterChain FailStaging(Exception exception)
    {
        var told = Fail(staging, exception);
        staging.Reset(++lastToken);
        GrantRoom();
        return told;
    }

    private static WaiterChain Fail(StagedGroup group, Exception exception)
    {
        foreach (ref var touch in group.Touches)
        {
            var slot = touch.Slot;
            slot.Handle?.Kill(JournalErrors.WriteFailed(exception));
            slot.LastSequence = slot.DurableThrough;
            slot.StagedToken = 0;
            slot.DeclaredIn = 0;
            slot.IsDropping &= !touch.Drops;
        }

        return group.Waiters;
    }
}
