using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Channels;

/// <summary>One read of a channel: follows its ranges from a cursor on and fetches what they name from the sources.</summary>
internal sealed class ChannelReading(IAgentDirectory directory, AgentId channel, ChannelCursor from, int countMax)
{
    // Ranges are small; the deltas that they name are what a batch is bounded by.
    private const int ChannelPageMax = 256;

    private const long BatchBytes = 8 << 20;

    private readonly ImmutableArray<AgentDelta>.Builder deltas = ImmutableArray.CreateBuilder<AgentDelta>();
    private readonly ImmutableArray<ChannelCursor>.Builder cursors = ImmutableArray.CreateBuilder<ChannelCursor>();
    private ChannelCursor cursor = from;
    private long bytes;

    private bool IsFull => deltas.Count >= countMax || bytes >= BatchBytes;

    public async ValueTask<ChannelBatch> RunAsync(CancellationToken cancellationToken)
    {
        var hasMore = true;
        while (!IsFull && hasMore)
        {
            var page = await directory.Get<IChannelAgent>(channel).ReadDeltasAsync(cursor.Sequence, ChannelPageMax, cancellationToken).ConfigureAwait(false);
            hasMore = page.HasMore;
            foreach (var record in page.Records)
            {
                if (IsFull)
                {
                    hasMore = true;
                    break;
                }

                await FollowAsync(DeltaRecord.Read(record), cancellationToken).ConfigureAwait(false);
            }
        }

        return new ChannelBatch { Deltas = deltas.ToImmutable(), Next = cursor, HasMore = hasMore || cursor.Offset > 0, Cursors = cursors.ToImmutable() };
    }

    private async ValueTask FollowAsync(DeltaRecord record, CancellationToken cancellationToken)
    {
        var passed = 0L;
        foreach (var range in ChannelPayload.Read(record.Payload))
        {
            passed = await FollowAsync(range, passed, cancellationToken).ConfigureAwait(false);
            if (passed < 0)
            {
                return;
            }
        }

        cursor = new ChannelCursor(record.Sequence);
        if (cursors.Count > 0)
        {
            // Behind the last delta of an announcement is behind the announcement.
            cursors[^1] = cursor;
        }
    }

    // Answers how many deltas of the announcement stand up to the end of a range; -1 when the batch is full before that.
    private async ValueTask<long> FollowAsync(DeltaRange range, long passed, CancellationToken cancellationToken)
    {
        if (range.Agent.Kind == AgentKind.Channels)
        {
            return await FollowChannelAsync(range, passed, cancellationToken).ConfigureAwait(false);
        }

        var taken = Math.Clamp(cursor.Offset - passed, 0, range.Count);
        while (taken < range.Count)
        {
            if (IsFull)
            {
                return -1;
            }

            var count = await FetchAsync(range.Agent, range.First + taken - 1, range.Count - taken, cancellationToken).ConfigureAwait(false);
            taken += count;
            for (var i = 1; i <= count; i++)
            {
                cursors.Add(new ChannelCursor(cursor.Sequence, cursor.Offset + i));
            }

            cursor = new ChannelCursor(cursor.Sequence, cursor.Offset + count);
        }

        return passed + range.Count;
    }

    // A channel over channels names announcements, and these name deltas.
    private async ValueTask<long> FollowChannelAsync(DeltaRange range, long passed, CancellationToken cancellationToken)
    {
        for (var after = range.First - 1; after < range.Last;)
        {
            var wanted = (int)Math.Min(range.Last - after, ChannelPageMax);
            var page = await directory.Get<IChannelAgent>(range.Agent).ReadDeltasAsync(after, wanted, cancellationToken).ConfigureAwait(false);
            if (page.Records.IsEmpty)
            {
                throw new TemporalException(ErrorKind.Corrupt, ErrorCodes.Corrupt, $"{channel} names delta {after + 1} of {range.Agent}, which is not there.");
            }

            foreach (var bytesOfRecord in page.Records)
            {
                var record = DeltaRecord.Read(bytesOfRecord);
                foreach (var inner in ChannelPayload.Read(record.Payload))
                {
                    passed = await FollowAsync(inner, passed, cancellationToken).ConfigureAwait(false);
                    if (passed < 0)
                    {
                        return passed;
                    }
                }

                after = record.Sequence;
            }
        }

        return passed;
    }

    private async ValueTask<int> FetchAsync(AgentId source, long after, long countAtMost, CancellationToken cancellationToken)
    {
        var wanted = (int)Math.Min(countAtMost, Math.Min(countMax - deltas.Count, Limits.DeltaPageMax));
        var page = await directory.Get<IAgent>(source).ReadDeltasAsync(after, wanted, cancellationToken).ConfigureAwait(false);
        if (page.Records.IsEmpty || page.RootBefore is not { } root)
        {
            throw new TemporalException(ErrorKind.Corrupt, ErrorCodes.Corrupt, $"{channel} names delta {after + 1} of {source}, which is not there.");
        }

        var digest = source.Digest;
        foreach (var bytesOfRecord in page.Records)
        {
            var record = DeltaRecord.Read(bytesOfRecord);
            if (record.Sequence != ++after)
            {
                throw new TemporalException(ErrorKind.Corrupt, ErrorCodes.Corrupt, $"{source} answered delta {record.Sequence} where {after} was due.");
            }

            deltas.Add(DeltaDecoder.Decode(source, digest, record, ref root));
            bytes += bytesOfRecord.Length;
        }

        return page.Records.Length;
    }
}
