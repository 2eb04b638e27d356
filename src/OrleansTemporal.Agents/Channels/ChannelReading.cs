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
    private readonly ImmutableArray<ChannelCursor>.Builder cursors = ImmutableArray.CreateBuilder<ChannelCursor>();
    private readonly Dictionary<AgentId, long> erasures = [];
    private ChannelCursor cursor = from;
    private long bytes;

    /// <summary>Whether it is noted of each source how far it had erased before it was read, for who keeps what is read.</summary>
    public bool NotesErasures { get; init; }

    /// <summary>How far each source had erased before it was read, where <see cref="NotesErasures"/> wants it.</summary>
    public IReadOnlyDictionary<AgentId, long> Erasures => erasures;

    /// <summary>Deltas that were looked at, those that no route leads here included.</summary>
    public long Examined { get; private set; }

    /// <summary>The source that was asked last; none before the first. When the read fails behind it, that is whose deltas could not be read.</summary>
    public AgentId Source { get; private set; }

    private bool IsFull => deltas.Count >= countMax || bytes >= BatchBytes;

    /// <summary>How many deltas an announcement names. Reads channels alone and no source; one read for each announcement of a channel in it.</summary>
    /// <param name="directory">Where agents are found.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="sequence">The announcement: a sequence of the channel.</param>
    /// <param name="cancellationToken">Stops the reads; nothing changes.</param>
    /// <exception cref="TemporalException">Corrupt: the channel has no such announcement.</exception>
    public static async ValueTask<long> CountAsync(IAgentDirectory directory, AgentId channel, long sequence, CancellationToken cancellationToken)
    {
        var page = await directory.Get<IChannelAgent>(channel).ReadDeltasAsync(sequence - 1, 1, cancellationToken).ConfigureAwait(false);
        if (page.Records.IsEmpty)
        {
            throw new TemporalException(ErrorKind.Corrupt, ErrorCodes.Corrupt, $"{channel} has no delta {sequence}.");
        }

        var count = 0L;
        foreach (var range in ChannelPayload.Read(DeltaRecord.Read(page.Records[0]).Payload))
        {
            if (range.Agent.Kind != AgentKind.Channels)
            {
                count += range.Count;
                continue;
            }

            for (var inner = range.First; inner <= range.Last; inner++)
            {
                count += await CountAsync(directory, range.Agent, inner, cancellationToken).ConfigureAwait(false);
            }
        }

        return count;
    }

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
            passed = await FollowAsync(channel, range, passed, cancellationToken).ConfigureAwait(false);
            if (passed < 0)
            {
                return;
            }
        }

        // Behind the last delta of an announcement is behind the announcement.
        if (cursors.Count > 0 && cursors[^1] == new ChannelCursor(record.Sequence - 1, passed))
        {
            cursors[^1] = new ChannelCursor(record.Sequence);
        }

        cursor = new ChannelCursor(record.Sequence);
    }

    // Answers how many deltas of the announcement stand up to the end of a range; -1 when the batch is full before that.
    private async ValueTask<long> FollowAsync(AgentId carrier, DeltaRange range, long passed, CancellationToken cancellationToken)
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

            var count = await FetchAsync(carrier, range, taken, cancellationToken).ConfigureAwait(false);
            taken += count;
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
                    passed = await FollowAsync(range.Agent, inner, passed, cancellationToken).ConfigureAwait(false);
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

    // Answers how many deltas of the range were passed, whether they belong into the batch or not.
    private async ValueTask<int> FetchAsync(AgentId carrier, DeltaRange range, long taken, CancellationToken cancellationToken)
    {
        var wanted = Math.Min(range.Count - taken, range.IsRouted ? RoutedPageMax : Math.Min(countMax - deltas.Count, Limits.DeltaPageMax));
        var page = await FetchAsync(range.Agent, range.First + taken - 1, (int)wanted, cancellationToken).ConfigureAwait(false);
        var chosen = range.IsRouted ? await books.RouteAsync(carrier, page, cancellationToken).ConfigureAwait(false) : default;
        var passed = 0;
        for (; passed < page.Count && deltas.Count < countMax; passed++)
        {
            if ((range.IsRouted ? chosen[passed] : page[passed]) is { } delta)
            {
                deltas.Add(delta);
                cursors.Add(new ChannelCursor(cursor.Sequence, cursor.Offset + passed + 1));
            }
        }

        return passed;
    }

    private async ValueTask<List<AgentDelta>> FetchAsync(AgentId source, long after, int wanted, CancellationToken cancellationToken)
    {
        Source = source;
        var page = await directory.Get<IAgent>(source).ReadDeltasAsync(after, wanted, cancellationToken).ConfigureAwait(false);
        if (page.Records.IsEmpty || page.RootBefore is not { } root)
        {
            throw new TemporalException(ErrorKind.Corrupt, ErrorCodes.Corrupt, $"{channel} names delta {after + 1} of {source}, which is not there.");
        }

        // Of several pages the first says the least.
        if (NotesErasures && source.Kind == AgentKind.Kv)
        {
            erasures.TryAdd(source, page.ErasedThrough);
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
            Examined++;
        }

        return decoded;
    }
}
