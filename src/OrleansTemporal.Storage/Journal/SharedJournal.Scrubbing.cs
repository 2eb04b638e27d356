using OrleansTemporal.Causality;

namespace OrleansTemporal.Storage.Journal;

/// <content>Removing what was erased: files are deleted instead of kept for reuse, with whatever stands in them.</content>
public sealed partial class SharedJournal
{
    // Files up to this number are not written to any more and are deleted once nobody needs them.
    private long scrubThrough;

    // Torn ends that were kept.
    private readonly List<string> tornEnds = [];

    /// <summary>The agents share their files, so those of all are given up.</summary>
    /// <inheritdoc/>
    public async ValueTask<long> BeginScrubAsync(AgentId agent, CancellationToken cancellationToken)
    {
        long mark;
        DurableWaiter waiter;
        lock (gate)
        {
            if (WriteRefusal() is { } refusal)
            {
                throw refusal;
            }

            // A file that is being prepared may be one of the spares, so it is given up as well.
            mark = lastNumber;
            scrubThrough = Math.Max(scrubThrough, mark);
            GiveUpSpares();
            waiter = waiters.Take();
            staging.Waiters.Add(waiter);
        }

        // A group of its own makes the next file the active one, also when nobody writes.
        Kick();
        waiter.CancelWith(cancellationToken);
        await waiter.Task.ConfigureAwait(false);
        lock (gate)
        {
            ReleaseFiles();
        }

        return mark;
    }

    /// <inheritdoc/>
    public bool IsScrubbed(AgentId agent, long mark)
    {
        lock (gate)
        {
            return leftovers.Count == 0
                && (journalFiles.Count == 0 || journalFiles[0].Number > mark)
                && (!releasing.TryPeek(out var oldest) || oldest.Number > mark);
        }
    }

    private void GiveUpSpares()
    {
        foreach (var spare in spares)
        {
            leftovers.Enqueue(spare);
        }

        spares.Clear();
        foreach (var torn in tornEnds)
        {
            leftovers.Enqueue(torn);
        }

        tornEnds.Clear();
    }

    private bool IsGivenUp(JournalFile file) => IsGivenUp(file.Number);

    /// <summary>Whether a file must be left because it is to be deleted.</summary>
    private bool IsGivenUp(long number) => number <= Volatile.Read(ref scrubThrough);
}
