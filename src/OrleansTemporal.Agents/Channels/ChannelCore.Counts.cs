using OrleansTemporal.Causality;

namespace OrleansTemporal.Channels;

// How many deltas stand before a place: a count for every 256th delta of the channel, and the rest is read.
internal sealed partial class ChannelCore
{
    private const int CountedEvery = 256;

    private readonly List<long> counts = [0];
    private long published;

    public async ValueTask<ChannelSpan> MeasureAsync(ChannelCursor through, CancellationToken cancellationToken)
    {
        long total, count, after, last;
        int agents;
        lock (Gate)
        {
            RequireAlive();
            last = Sequence;
            var mark = (int)(Math.Min(through.Sequence, last) / CountedEvery);
            (total, count, after, agents) = (published, counts[mark], (long)mark * CountedEvery, announced.Count);
        }

        await Log.WhenDurableAsync(last, cancellationToken).ConfigureAwait(false);
        if (through.Sequence >= last)
        {
            return new ChannelSpan(total, total, agents);
        }

        while (after < through.Sequence)
        {
            var page = await ReadDeltasAsync(after, (int)(through.Sequence - after), cancellationToken).ConfigureAwait(false);
            if (page.Records.IsEmpty)
            {
                break;
            }

            foreach (var bytes in page.Records)
            {
                var record = DeltaRecord.Read(bytes);
                count += ChannelPayload.Read(record.Payload).Sum(static range => range.Count);
                after = record.Sequence;
            }
        }

        return new ChannelSpan(total, Math.Min(total, count + through.Offset), agents);
    }

    // Under the gate, for each delta once.
    private void MarkCount(long sequence)
    {
        if (sequence % CountedEvery == 0)
        {
            counts.Add(published);
        }
    }
}
