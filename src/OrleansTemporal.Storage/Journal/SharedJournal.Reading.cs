using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Journal;

/// <content>Reading the records of one agent.</content>
public sealed partial class SharedJournal
{
    internal async ValueTask<LogPage> ReadAsync(AgentSlot slot, long afterSequence, int bytesMax, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterSequence);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytesMax);
        cancellationToken.ThrowIfCancellationRequested();
        List<JournalExtent> extents = [];
        bool hasMore;
        lock (gate)
        {
            var total = 0L;
            var index = slot.Extents.IndexAfter(afterSequence);
            for (; index < slot.Extents.Count && (total == 0 || total + slot.Extents[index].Length <= bytesMax); index++)
            {
                extents.Add(slot.Extents[index]);
                total += extents[^1].Length;
                extents[^1].File.Pins++;
            }

            hasMore = index < slot.Extents.Count;
        }

        if (extents.Count == 0)
        {
            return new LogPage([], false);
        }

        try
        {
            return await ExtentReader.ReadAsync(extents, afterSequence, hasMore, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lock (gate)
            {
                foreach (var extent in extents)
                {
                    extent.File.Pins--;
                }

                ReleaseFiles();
            }
        }
    }
}
