using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Routing;

namespace OrleansTemporal.Channels;

/// <summary>One read of a channel: follows its ranges from a cursor on and fetches what they name from the sources.</summary>
internal sealed class ChannelReading(IAgentDirectory directory, AgentId channel, ChannelCursor from, int countMax, RouteBooks? routes = null)
{
    // Ranges are small; the deltas that they name are what a batch is bounded by.
    private const int ChannelPageMax = 256;

    private const long BatchBytes = 8 << 20;

    // Deltas of a source that routes choose from, which are read at once.
    private const int RoutedPageMax = 512;

    private readonly RouteBooks books = routes ?? new RouteBooks(directory);

    private readonly ImmutableArray<AgentDelta>.Builder deltas = ImmutableArray.CreateBuilder<AgentDelta>();
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

        return new ChannelBatch { Deltas = deltas.ToImmutable(), Next = cursor, HasMore = hasMore || cursor.Offset > 0 };
    }

    private async ValueTask FollowAsync(DeltaRecord record, CancellationToken cancellationToken)
    {
        var passed = 0L;
        foreach (var range in ChannelPayload.Read(record.Payload))
        {
            var taken = Math.Clamp(cursor.Offset - passed, 0, range.Count);
            while (taken < range.Count)
            {
                if (IsFull)
                {
                    return;
                }

                var count = await FetchAsync(range, taken, cancellationToken).ConfigureAwait(false);
                taken += count;
                cursor = new ChannelCursor(cursor.Sequence, cursor.Offset + count);
            }

            passed += range.Count;
        }

        cursor = new ChannelCursor(record.Sequence);
    }

    // Answers how many deltas of the range were passed, whether they belong into the batch or not.
    private async ValueTask<int> FetchAsync(DeltaRange range, long taken, CancellationToken cancellationToken)
    {
        var wanted = Math.Min(range.Count - taken, range.IsRouted ? RoutedPageMax : Math.Min(countMax - deltas.Count, Limits.DeltaPageMax));
        var page = await FetchAsync(range.Agent, range.First + taken - 1, (int)wanted, cancellationToken).ConfigureAwait(false);
        if (!range.IsRouted)
        {
            deltas.AddRange(page);
            return page.Count;
        }

        var chosen = await books.RouteAsync(channel, page, cancellationToken).ConfigureAwait(false);
        var passed = 0;
        for (; passed < chosen.Length && deltas.Count < countMax; passed++)
        {
            if (chosen[passed] is { } delta)
            {
                deltas.Add(delta);
            }
        }

        return passed;
    }

    private async ValueTask<List<AgentDelta>> FetchAsync(AgentId source, long after, int wanted, CancellationToken cancellationToken)
    {
        var page = await directory.Get<IAgent>(source).ReadDeltasAsync(after, wanted, cancellationToken).ConfigureAwait(false);
        if (page.Records.IsEmpty || page.RootBefore is not { } root)
        {
            throw new TemporalException(ErrorKind.Corrupt, ErrorCodes.Corrupt, $"{channel} names delta {after + 1} of {source}, which is not there.");
        }

        var digest = source.Digest;
        var decoded = new List<AgentDelta>(page.Records.Length);
        foreach (var bytesOfRecord in page.Records)
        {
            var record = DeltaRecord.Read(bytesOfRecord);
            if (record.Sequence != ++after)
            {
                throw new TemporalException(ErrorKind.Corrupt, ErrorCodes.Corrupt, $"{source} answered delta {record.Sequence} where {after} was due.");
            }

            decoded.Add(DeltaDecoder.Decode(source, digest, record, ref root));
            bytes += bytesOfRecord.Length;
        }

        return decoded;
    }
}
