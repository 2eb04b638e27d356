using OrleansTemporal.Errors;

namespace OrleansTemporal.Storage.Journal;

/// <content>Stopping as it should be.</content>
public sealed partial class SharedJournal
{
    private TaskCompletionSource? removalDone;

    /// <summary>Writes what is staged and a mark that nothing was in flight, then closes the files. Handles are dead afterwards.</summary>
    public async ValueTask DisposeAsync()
    {
        DurableWaiter? waiter = null;
        Task? preparing;
        Task? removing = null;
        lock (gate)
        {
            if (isClosing)
            {
                return;
            }

            isClosing = true;
            RefuseRoom();
            if (!isReadOnly)
            {
                Span<byte> header = stackalloc byte[FrameHeader.Bytes];
                FrameHeader.Write(header, FrameType.Stop, 0, 0, 0, 0, 0);
                staging.Append(StagedGroup.Nobody, header, default);
                waiter = waiters.Take();
                staging.Waiters.Add(waiter);
            }

            preparing = preparation;
            if (isReleasing)
            {
                removalDone = new TaskCompletionSource();
                removing = removalDone.Task;
            }
        }

        if (waiter is not null)
        {
            Kick();
            try
            {
                await waiter.Task.ConfigureAwait(false);
            }
            catch (TemporalException exception)
            {
                // Those who wrote were told; what is left is an end like after a crash.
                LogReadOnly(exception);
            }
        }

        if (preparing is not null)
        {
            await preparing.ConfigureAwait(false);
        }

        if (removing is not null)
        {
            await removing.ConfigureAwait(false);
        }

        await flushTimer.DisposeAsync().ConfigureAwait(false);
        StopFlusher();
        lock (gate)
        {
            foreach (var slot in slots.Values)
            {
                slot.Handle?.Kill(JournalErrors.Stopping());
            }

            CloseFiles();
        }

        LogClosed();
    }

    private void StopFlusher()
    {
        if (flusher is null)
        {
            return;
        }

        lock (wakeLock)
        {
            isStopped = true;
            Monitor.Pulse(wakeLock);
        }

        flusher.Join();
    }

    private void CloseFiles()
    {
        foreach (var file in journalFiles.Concat(releasing))
        {
            file.Data.Dispose();
        }

        prepared?.Data.Dispose();
    }
}
