using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Hosting;
using OrleansTemporal.Routing;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Channels;

/// <summary>
/// Tells channels how far their sources have come. It keeps nothing: a channel knows itself what it was told, so after a
/// crash, or when notices were lost, every source of it is asked once. Where several processes share a store each announces
/// what it hears of; that two announce the same does no harm. A workspace that can not be looked at, or a channel that can not
/// be told, keeps no other one waiting.
/// </summary>
internal sealed partial class ChannelAnnouncer : BackgroundLoop
{
    // From one turn to the next. What comes meanwhile goes into the next announcement, so a source that is written to without a
    // pause costs its channel two hundred deltas a second, not one for each flush.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    // Channels that another process has made are found out by looking; those made here by the notice of their catalog.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly IAgentHost host;
    private readonly NoticeHub notices;
    private readonly WorkspaceService workspaces;
    private readonly AgentService agents;
    private readonly AgentServices services;
    private readonly RouteBooks routes;
    private readonly ILogger logger;
    private readonly SortedDictionary<string, ImmutableArray<ChannelInfo>> channels = new(StringComparer.Ordinal);
    private readonly Dictionary<AgentId, ChannelInfo> unasked = [];
    private readonly Dictionary<AgentId, Dictionary<AgentId, (long Sequence, bool IsRouted)>> owed = [];
    private readonly Dictionary<AgentId, long> routedAt = [];

    // Channels that could not be told, and since when.
    private readonly Dictionary<AgentId, long> resting = [];
    private readonly Dictionary<string, HybridTimestamp> lives = new(StringComparer.Ordinal);
    private ImmutableArray<AgentKind> heardKinds = [];
    private NoticeReader? reader;
    private long? lookedAt;

    public ChannelAnnouncer(IAgentHost host, NoticeHub notices, WorkspaceService workspaces, AgentService agents, AgentServices services, RouteBooks routes)
        : base(services.Time, RetryAfter, services.Loggers.CreateLogger<ChannelAnnouncer>())
    {
        this.host = host;
        this.notices = notices;
        this.workspaces = workspaces;
        this.agents = agents;
        this.services = services;
        this.routes = routes;
        logger = services.Loggers.CreateLogger<ChannelAnnouncer>();
    }

    /// <summary>Takes in what there is to hear and announces it.</summary>
    /// <returns>False when there was nothing.</returns>
    /// <exception cref="TemporalException">A channel or a catalog did not answer; what is owed stays owed, and the rest is done.</exception>
    public async ValueTask<bool> TurnAsync(CancellationToken cancellationToken)
    {
        resting.Clear();
        var (looks, tellings) = (new Failures(), new Failures());
        var hasTold = await TurnAsync(looks, tellings, cancellationToken).ConfigureAwait(false);
        looks.ThrowIfAny();
        tellings.ThrowIfAny();
        return hasTold;
    }

    private async ValueTask<bool> TurnAsync(Failures looks, Failures tellings, CancellationToken cancellationToken)
    {
        if (lookedAt is not { } at || (services.Time.GetElapsedTime(at) >= LookInterval && !host.Lease.IsFresh(at)))
        {
            // Until all of it was looked at, that is still to be done.
            lookedAt = null;
            var now = services.Time.GetTimestamp();
            await LookAsync(looks, cancellationToken).ConfigureAwait(false);
            lookedAt = now;
        }

        if (reader!.TryTake() is { } batch)
        {
            Sort(batch);
            foreach (var catalog in batch.Notices.Where(static notice => notice.Agent.Kind == AgentKind.Catalog))
            {
                await looks.TryAsync(token => LookIfThereAsync(catalog.Agent.Workspace, token), cancellationToken).ConfigureAwait(false);
            }
        }

        lookedAt = looks.First is null ? lookedAt : null;
        foreach (var channel in unasked.Values.Where(channel => !IsResting(channel.Agent)).ToList())
        {
            if (await TryTellAsync(channel.Agent, token => AskSourcesAsync(channel, token), tellings, cancellationToken).ConfigureAwait(false))
            {
                unasked.Remove(channel.Agent);
            }
        }

        var hasTold = false;
        foreach (var (channel, sources) in owed.Where(pair => !IsResting(pair.Key)).ToList())
        {
            if (await TryTellAsync(channel, token => AnnounceAsync(channel, sources, token), tellings, cancellationToken).ConfigureAwait(false))
            {
                hasTold = owed.Remove(channel);
            }
        }

        return hasTold;
    }

    private bool IsResting(AgentId channel) => resting.TryGetValue(channel, out var since) && services.Time.GetElapsedTime(since) < RetryAfter;

    private async ValueTask<bool> TryTellAsync(AgentId channel, Func<CancellationToken, ValueTask> tell, Failures failures, CancellationToken cancellationToken)
    {
        resting.Remove(channel);
        if (await failures.TryAsync(tell, cancellationToken).ConfigureAwait(false))
        {
            return true;
        }

        resting[channel] = services.Time.GetTimestamp();
        return false;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync().ConfigureAwait(false);
        reader?.Dispose();
    }

    protected override async ValueTask StepAsync(CancellationToken cancellationToken)
    {
        var begun = services.Time.GetTimestamp();
        var (looks, tellings) = (new Failures(), new Failures());
        var isQuiet = !await TurnAsync(looks, tellings, cancellationToken).ConfigureAwait(false);
        if (tellings.First is { } failure)
        {
            LogNotTold(failure);
        }

        looks.ThrowIfAny();
        if (Pause - services.Time.GetElapsedTime(begun) is { Ticks: > 0 } rest)
        {
            await Task.Delay(rest, services.Time, cancellationToken).ConfigureAwait(false);
        }

        if (isQuiet)
        {
            await reader!.WhenAnyAsync(resting.Count > 0 ? RetryAfter : LookInterval, services.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    // Every workspace's channels.
    private async ValueTask LookAsync(Failures failures, CancellationToken cancellationToken)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var workspace in workspaces.ListAllAsync(cancellationToken).ConfigureAwait(false))
        {
            found.Add(workspace);
            await failures.TryAsync(token => LookAsync(workspace, token), cancellationToken).ConfigureAwait(false);
        }

        foreach (var gone in channels.Keys.Where(name => !found.Contains(name)).ToList())
        {
            channels.Remove(gone);
            lives.Remove(gone);
            Forget(gone, routedAt);
            Forget(gone, resting);
            Forget(gone, unasked);
            Forget(gone, owed);
        }

        HearOfSources();
    }

    // A catalog is heard of before its workspace is there when it comes back from a backup, and perhaps after it has gone.
    private async ValueTask LookIfThereAsync(string workspace, CancellationToken cancellationToken)
    {
        if (workspace == WorkspaceService.DefaultName || await workspaces.ExistsAsync(workspace, cancellationToken).ConfigureAwait(false))
        {
            await LookAsync(workspace, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask LookAsync(string workspace, CancellationToken cancellationToken)
    {
        var known = channels.GetValueOrDefault(workspace, []);
        var present = ImmutableArray.CreateBuilder<ChannelInfo>();
        string? after = null;
        while (true)
        {
            var page = await ChannelService.ListAsync(host, workspace, after, Limits.PageCountMax, cancellationToken).ConfigureAwait(false);
            present.AddRange(page);
            if (page.Length < Limits.PageCountMax)
            {
                break;
            }

            after = page[^1].Agent.Name;
        }

        await routes[workspace].RefreshAsync(HybridTimestamp.Zero, cancellationToken).ConfigureAwait(false);
        if (routes[workspace].Began is var began && began != lives.GetValueOrDefault(workspace))
        {
            // A workspace that was made again has channels that nobody was asked for, whatever their sequences.
            known = [];
            lives[workspace] = began;
        }

        channels[workspace] = present.ToImmutable();

        // Heard of from now on, so nothing falls between the look at where sources stand and their next notice.
        HearOfSources();
        foreach (var channel in present)
        {
            var touched = routes[workspace].Ask(history => history.TouchedAt(channel.Agent.Name));
            if (touched != routedAt.GetValueOrDefault(channel.Agent) || !known.Any(old => old.Agent == channel.Agent && old.SettingsSequence == channel.SettingsSequence))
            {
                unasked[channel.Agent] = channel;
            }

            routedAt[channel.Agent] = touched;
        }
    }

    private async ValueTask AskSourcesAsync(ChannelInfo channel, CancellationToken cancellationToken)
    {
        var failures = new Failures();
        foreach (var id in await agents.ListIdsAsync(channel.Agent.Workspace, cancellationToken).ConfigureAwait(false))
        {
            // What a route led there that is over is carried too, as long as it was in force.
            var isWhole = IsWhole(channel, id);
            if (isWhole || (ChannelSettingsCodec.Carried.Contains(id.Kind) && routes[id.Workspace].Ask(history => history.HasEverLed(id, channel.Agent.Name))))
            {
                await failures.TryAsync(token => AskAsync(channel.Agent, id, !isWhole, token), cancellationToken).ConfigureAwait(false);
            }
        }

        failures.ThrowIfAny();
    }

    private async ValueTask AskAsync(AgentId channel, AgentId source, bool isRouted, CancellationToken cancellationToken)
    {
        try
        {
            var status = await host.Get<IAgent>(source).GetStatusAsync(cancellationToken).ConfigureAwait(false);
            Owe(channel, new AgentNotice(source, status.Sequence), isRouted);
        }
        catch (TemporalException damaged) when (damaged.Kind == ErrorKind.Corrupt)
        {
            // One that can not be read is not asked again and again.
            LogUnreadable(source.ToString(), damaged);
        }
    }

    private static void Forget<T>(string workspace, Dictionary<AgentId, T> known)
    {
        foreach (var channel in known.Keys.Where(channel => channel.Workspace == workspace).ToList())
        {
            known.Remove(channel);
        }
    }

    private void HearOfSources()
    {
        ImmutableArray<AgentKind> kinds =
        [
            .. channels.Values.SelectMany(static many => many).SelectMany(static channel => channel.Settings.Sources).Select(static source => source.Kind)
                .Concat(channels.Keys.Any(IsRouted) || channels.Values.Any(static many => many.Any(static channel => channel.Settings.IsOpen)) ? ChannelSettingsCodec.Carried : [])
                .Append(AgentKind.Catalog).Distinct().Order(),
        ];
        if (reader is not null && kinds.SequenceEqual(heardKinds))
        {
            return;
        }

        var next = notices.Hear(new NoticeFilter { Kinds = kinds });
        if (reader is { } before)
        {
            next.TakeOver(before);
        }

        (reader, heardKinds) = (next, kinds);
    }

    private void Sort(NoticeBatch batch)
    {
        foreach (var notice in batch.Notices)
        {
            var mayBeRouted = ChannelSettingsCodec.Carried.Contains(notice.Agent.Kind) && IsRouted(notice.Agent.Workspace);
            foreach (var channel in channels.GetValueOrDefault(notice.Agent.Workspace, []))
            {
                var isWhole = IsWhole(channel, notice.Agent);
                if (isWhole || (mayBeRouted && MatcherOf(channel.Agent).Names(notice.Agent)))
                {
                    Owe(channel.Agent, notice, isRouted: !isWhole);
                }
            }
        }

        if (batch.HasLost)
        {
            foreach (var channel in channels.Values.SelectMany(static many => many))
            {
                unasked[channel.Agent] = channel;
            }
        }
    }

    // An open channel carries everything until the first route names it.
    private bool IsWhole(ChannelInfo channel, AgentId id) =>
        channel.Settings.Sources.Any(source => source.Matches(id))
        || (channel.Settings.IsOpen && ChannelSettingsCodec.Carried.Contains(id.Kind) && routes[id.Workspace].Ask(history => history.TouchedAt(channel.Agent.Name)) == 0);

    private bool IsRouted(string workspace) => routes[workspace].Ask(static history => !history.IsEmpty);

    private RouteMatcher MatcherOf(AgentId channel) => routes[channel.Workspace].Ask(history => history.MatcherAt(HybridTimestamp.MaxValue, channel.Name));

    private void Owe(AgentId channel, AgentNotice notice, bool isRouted)
    {
        if (notice.Sequence == 0)
        {
            return;
        }

        var sources = owed.TryGetValue(channel, out var present) ? present : owed[channel] = [];
        var known = sources.TryGetValue(notice.Agent, out var before) ? before : (Sequence: 0, IsRouted: true);
        sources[notice.Agent] = (Math.Max(notice.Sequence, known.Sequence), isRouted && known.IsRouted);
    }

    private async ValueTask AnnounceAsync(AgentId channel, Dictionary<AgentId, (long Sequence, bool IsRouted)> sources, CancellationToken cancellationToken)
    {
        // The most urgent first; within an agent the order is the log's.
        var matcher = MatcherOf(channel);
        var failures = new Failures();
        foreach (var chunk in sources.OrderByDescending(pair => matcher.PriorityOf(pair.Key)).Chunk(Limits.ChannelRangesMax))
        {
            var announcement = new ChannelAnnouncement
            {
                Notices = [.. chunk.Select(static pair => new AgentNotice(pair.Key, pair.Value.Sequence))],
                Routed = [.. chunk.Where(static pair => pair.Value.IsRouted).Select(static pair => pair.Key)],
            };
            await failures.TryAsync(async token => await host.Get<IChannelAgent>(channel).AnnounceAsync(announcement, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }

        failures.ThrowIfAny();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A channel was not told of what is new; it will be")]
    private partial void LogNotTold(Exception failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Agent} can not be read, so what is new of it is not announced")]
    private partial void LogUnreadable(string agent, Exception failure);
}
