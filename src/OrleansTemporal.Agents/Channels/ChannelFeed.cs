using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Routing;

namespace OrleansTemporal.Channels;

/// <summary>
/// The newest deltas of one channel in this process, read and decoded once for all subscribers, in pages of bounded bytes.
/// Who is further behind reads the channel itself, at its own pace, and so slows nobody. Thread-safe.
/// </summary>
internal sealed class ChannelFeed(IAgentDirectory directory, AgentId channel, RouteBooks routes, TimeProvider time)
{
    // So many deltas come into memory at once; more than a reader takes, so that who follows finds them there.
    private const int PageCountMax = 1_024;

    private readonly Lock gate = new();
    private readonly LinkedList<FeedPage> pages = [];
    private TaskCompletionSource news = NewSignal();
    private Task? reading;
    private ChannelCursor end;
    private (ChannelCursor At, bool Is) foundNothing;
    private long nothingRead;
    private long reads;
    private long bytes;
    private long version;
    private long delivered;
    private long measured;
    private long milliseconds;
    private int waiting;

    /// <summary>The channel.</summary>
    public AgentId Channel => channel;

    /// <summary>Readers that hold it; under the gate of <see cref="ChannelFeeds"/>.</summary>
    public int Users { get; set; }

    /// <summary>About what is in memory.</summary>
    public long Bytes
    {
        get
        {
            lock (gate)
            {
                return bytes;
            }
        }
    }

    /// <summary>Grows with each notice: who took it before a read that found nothing can wait without missing anything.</summary>
    public long Version => Interlocked.Read(ref version);

    /// <summary>Whether anybody waits for news.</summary>
    public bool IsAwaited => Volatile.Read(ref waiting) > 0;

    /// <summary>The newest sequence of the channel that anybody has told of.</summary>
    public long HeardThrough { get; private set; }

    /// <summary>Deltas that were handed out of it, and the mean time from a delta to its delivery at the newest end, in milliseconds.</summary>
    public (long Delivered, double MeanMilliseconds) Meter =>
        (Interlocked.Read(ref delivered), measured == 0 ? 0 : (double)Interlocked.Read(ref milliseconds) / Interlocked.Read(ref measured));

    /// <summary>Counts a delivery; <paramref name="age"/> of its newest delta where there was nothing newer.</summary>
    public void Count(int count, long? age)
    {
        Interlocked.Add(ref delivered, count);
        if (age is { } known)
        {
            Interlocked.Increment(ref measured);
            Interlocked.Add(ref milliseconds, Math.Max(0, known));
        }
    }

    /// <summary>Takes notice that the channel has grown, or may have.</summary>
    public void Hear(long sequence)
    {
        TaskCompletionSource told;
        lock (gate)
        {
            HeardThrough = Math.Max(HeardThrough, sequence);
            version++;
            (told, news) = (news, NewSignal());
        }

        told.SetResult();
    }

    /// <summary>What stands behind a place, from memory when it is there.</summary>
    public async ValueTask<FeedSlice> ReadAsync(ChannelCursor after, int countMax, CancellationToken cancellationToken)
    {
        long? entered = null;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            FeedPage? page;
            Task? advancing = null;
            TaskCompletionSource? mine = null;
            lock (gate)
            {
                // A read that began before this call may have missed what the caller has heard of.
                entered ??= reads;
                page = Find(after);
                if (page is not null && !page.IsStale(time))
                {
                    return page.SliceFrom(after, countMax, page.Next < end);
                }

                if (page is null)
                {
                    if (after < end)
                    {
                        break;
                    }

                    if (after > end)
                    {
                        // A reader that is further than what is here: what is here, nobody needs any more.
                        Clear();
                        end = after;
                    }
                    else if (foundNothing == (after, true) && nothingRead > entered)
                    {
                        return new FeedSlice(null, 0, 0, after, HasMore: false);
                    }

                    if (reading is null)
                    {
                        mine = NewSignal();
                        reading = mine.Task;
                        reads++;
                    }

                    advancing = reading;
                }
            }

            if (mine is not null)
            {
                await AdvanceAsync(mine).ConfigureAwait(false);
            }

            if (advancing is not null)
            {
                await advancing.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            else if (await page!.IsIntactAsync(directory, time, cancellationToken).ConfigureAwait(false))
            {
                lock (gate)
                {
                    return page.SliceFrom(after, countMax, page.Next < end);
                }
            }
            else
            {
                ForgetAll();
            }
        }

        // Too far behind for what is in memory.
        var reader = new ChannelReading(directory, channel, after, countMax, routes);
        var batch = await reader.RunAsync(cancellationToken).ConfigureAwait(false);
        return new FeedPage(after, batch, reader.Examined, reader.Erasures, time.GetTimestamp()).SliceFrom(after, countMax, isFollowed: true);
    }

    /// <summary>Waits until there is news since a version, at most so long.</summary>
    /// <returns>False when the time was over first.</returns>
    public async ValueTask<bool> WaitAsync(long seen, TimeSpan atMost, CancellationToken cancellationToken)
    {
        Task told;
        lock (gate)
        {
            if (version != seen)
            {
                return true;
            }

            told = news.Task;
        }

        Interlocked.Increment(ref waiting);
        try
        {
            await told.WaitAsync(atMost, time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    // One reads for all; whoever is at the end waits for the same page.
    private async ValueTask AdvanceAsync(TaskCompletionSource done)
    {
        try
        {
            ChannelCursor from;
            long id;
            lock (gate)
            {
                (from, id) = (end, reads);
            }

            // The first caller's patience is not everybody's.
            var readAt = time.GetTimestamp();
            var reader = new ChannelReading(directory, channel, from, PageCountMax, routes) { NotesErasures = true };
            var batch = await reader.RunAsync(CancellationToken.None).ConfigureAwait(false);
            lock (gate)
            {
                if (batch.Next == from)
                {
                    (foundNothing, nothingRead) = ((from, true), id);
                }
                else if (end == from)
                {
                    Add(new FeedPage(from, batch, reader.Examined, reader.Erasures, readAt));
                }

                reading = null;
            }

            done.SetResult();
        }
        catch (Exception failure)
        {
            lock (gate)
            {
                reading = null;
            }

            done.SetException(failure);
        }
    }

    // Under the gate. Most readers are at the newest end.
    private FeedPage? Find(ChannelCursor place)
    {
        for (var node = pages.Last; node is not null && place < node.Value.Next; node = node.Previous)
        {
            if (node.Value.Covers(place))
            {
                return node.Value;
            }
        }

        return null;
    }

    private void Add(FeedPage page)
    {
        pages.AddLast(page);
        end = page.Next;
        bytes += page.Bytes;
        while (bytes > Limits.ChannelFeedBytesMax && pages.Count > 1)
        {
            bytes -= pages.First!.Value.Bytes;
            pages.RemoveFirst();
        }
    }

    // What was erased may be anywhere; whoever is behind reads the channel itself.
    private void ForgetAll()
    {
        lock (gate)
        {
            Clear();
        }
    }

    private void Clear()
    {
        pages.Clear();
        bytes = 0;
    }
}
