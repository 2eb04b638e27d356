using Microsoft.Extensions.Logging;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Routing;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Channels;

/// <summary>
/// The feeds of the channels that somebody in this process reads, and what wakes their readers: notices of this process's
/// agents, and a look at each channel that somebody waits for. Thread-safe.
/// </summary>
internal sealed partial class ChannelFeeds : IAsyncDisposable
{
    // A notice may be lost; where channels live in other processes a look is all there is.
    private static readonly TimeSpan LookIntervalAlone = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookIntervalAmongOthers = TimeSpan.FromMilliseconds(20);

    private readonly Lock gate = new();
    private readonly Dictionary<AgentId, ChannelFeed> feeds = [];
    private readonly IAgentDirectory directory;
    private readonly RouteBooks routes;
    private readonly NoticeHub? notices;
    private readonly TimeProvider time;
    private readonly TimeSpan lookInterval;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stopping = new();
    private NoticeReader? reader;
    private Task running = Task.CompletedTask;

    public ChannelFeeds(IAgentDirectory directory, RouteBooks routes, NoticeHub? notices, FacadeLease lease, TimeProvider time, ILogger<ChannelFeeds> logger)
    {
        this.directory = directory;
        this.routes = routes;
        this.notices = notices;
        this.time = time;
        this.logger = logger;
        lookInterval = lease.IsBounded || notices is null ? LookIntervalAmongOthers : LookIntervalAlone;
    }

    /// <summary>Begins to listen, with the first reader.</summary>
    private void Start()
    {
        reader = notices?.Hear(new NoticeFilter { Kinds = [AgentKind.Channels] });
        running = RunAsync();
    }

    /// <summary>The feed of a channel; give it back by <see cref="Close"/>.</summary>
    public ChannelFeed Open(AgentId channel)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(stopping.IsCancellationRequested, this);
            if (!feeds.TryGetValue(channel, out var feed))
            {
                if (feeds.Count == 0 && running.IsCompleted)
                {
                    Start();
                }

                feeds.Add(channel, feed = new ChannelFeed(directory, channel, routes, time));
            }

            feed.Users++;
            return feed;
        }
    }

    /// <summary>How many channels are in memory.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return feeds.Count;
            }
        }
    }

    /// <summary>What was handed out of a channel here, and how fast.</summary>
    public (long Delivered, double MeanMilliseconds) MeterOf(AgentId channel) => Find(channel)?.Meter ?? default;

    /// <summary>Gives a feed back. What it has stays a while, for who asks again.</summary>
    public void Close(ChannelFeed feed)
    {
        lock (gate)
        {
            if (--feed.Users == 0 && feeds.Count > Limits.ChannelFeedsIdleMax)
            {
                feeds.Remove(feed.Channel);
            }
        }
    }

    /// <summary>Asks what listens to end, and does not wait for it.</summary>
    public void Stop() => stopping.Cancel();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // What listens ends on this stack: cancelling asynchronously would send it, and whoever closes after it, to the thread
        // pool, where a simulation can not follow.
        Stop();
        await running.ConfigureAwait(false);
        reader?.Dispose();
        stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            var lookedAt = time.GetTimestamp();
            while (true)
            {
                await WaitAsync().ConfigureAwait(false);
                if (reader?.TryTake() is { } batch)
                {
                    Tell(batch);
                }

                if (time.GetElapsedTime(lookedAt) >= lookInterval)
                {
                    await LookAsync().ConfigureAwait(false);
                    lookedAt = time.GetTimestamp();
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            LogStopped();
        }
    }

    private async ValueTask WaitAsync()
    {
        if (reader is null)
        {
            await Task.Delay(lookInterval, time, stopping.Token).ConfigureAwait(false);
        }
        else
        {
            await reader.WhenAnyAsync(lookInterval, time, stopping.Token).ConfigureAwait(false);
        }
    }

    private void Tell(NoticeBatch batch)
    {
        foreach (var notice in batch.Notices)
        {
            Find(notice.Agent)?.Hear(notice.Sequence);
        }

        if (batch.HasLost)
        {
            foreach (var feed in Awaited())
            {
                feed.Hear(0);
            }
        }
    }

    private async ValueTask LookAsync()
    {
        foreach (var feed in Awaited())
        {
            try
            {
                var status = await directory.Get<IChannelAgent>(feed.Channel).GetStatusAsync(stopping.Token).ConfigureAwait(false);
                if (status.Sequence > feed.HeardThrough)
                {
                    feed.Hear(status.Sequence);
                }
            }
            catch (Exception failure) when (!stopping.IsCancellationRequested)
            {
                // Whoever reads it will see for themselves.
                LogUnreachable(feed.Channel.ToString(), failure);
                feed.Hear(0);
            }
        }
    }

    private ChannelFeed? Find(AgentId channel)
    {
        lock (gate)
        {
            return feeds.GetValueOrDefault(channel);
        }
    }

    private List<ChannelFeed> Awaited()
    {
        lock (gate)
        {
            return [.. feeds.Values.Where(static feed => feed.IsAwaited)];
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Channel} did not say where it stands")]
    private partial void LogUnreachable(string channel, Exception failure);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Feeds of channels ended")]
    private partial void LogStopped();
}
