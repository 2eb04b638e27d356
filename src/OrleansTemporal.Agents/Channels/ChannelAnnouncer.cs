using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Routing;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Channels;

/// <summary>
/// Tells channels how far their sources have come. It keeps nothing: a channel knows itself what it was told, so after a
/// crash, or when notices were lost, every source of it is asked once. Where several processes share a store each announces
/// what it hears of; that two announce the same does no harm.
/// </summary>
internal sealed partial class ChannelAnnouncer : IAsyncDisposable
{
    // What comes meanwhile goes into the next announcement, so a source that is written to without a pause costs its channel
    // two hundred deltas a second, not one for each flush.
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
    private readonly CancellationTokenSource stopping = new();
    private readonly SortedDictionary<string, ImmutableArray<ChannelInfo>> channels = new(StringComparer.Ordinal);
    private readonly Dictionary<AgentId, ChannelInfo> unasked = [];
    private readonly Dictionary<AgentId, Dictionary<AgentId, (long Sequence, bool IsRouted)>> owed = [];
    private readonly Dictionary<AgentId, long> routedAt = [];
    private readonly Dictionary<string, HybridTimestamp> lives = new(StringComparer.Ordinal);
    private ImmutableArray<AgentKind> heardKinds = [];
    private NoticeReader? reader;
    private long? lookedAt;
    private Task running = Task.CompletedTask;

    public ChannelAnnouncer(IAgentHost host, NoticeHub notices, WorkspaceService workspaces, AgentService agents, AgentServices services, RouteBooks routes)
    {
        this.host = host;
        this.notices = notices;
        this.workspaces = workspaces;
        this.agents = agents;
        this.services = services;
        this.routes = routes;
        logger = services.Loggers.CreateLogger<ChannelAnnouncer>();
    }

    public void Start() => running = RunAsync();

    /// <summary>Takes in what there is to hear and announces it.</summary>
    /// <returns>False when there was nothing.</returns>
    /// <exception cref="TemporalException">A channel or a catalog did not answer; what is owed stays owed.</exception>
    public async ValueTask<bool> TurnAsync(CancellationToken cancellationToken)
    {
        if (lookedAt is not { } at || (services.Time.GetElapsedTime(at) >= LookInterval && !host.Lease.IsFresh(at)))
        {
            var now = services.Time.GetTimestamp();
            await LookAsync(cancellationToken).ConfigureAwait(false);
            lookedAt = now;
        }

        if (reader!.TryTake() is { } batch)
        {
            await SortAsync(batch, cancellationToken).ConfigureAwait(false);
        }

        foreach (var channel in unasked.Values.ToList())
        {
            await AskSourcesAsync(channel, cancellationToken).ConfigureAwait(false);
            unasked.Remove(channel.Agent);
        }

        if (owed.Count == 0)
        {
            return false;
        }

        await AnnounceAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
        reader?.Dispose();
        stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                var isQuiet = await TryTurnAsync().ConfigureAwait(false);
                await Task.Delay(Pause, services.Time, stopping.Token).ConfigureAwait(false);
                if (isQuiet)
                {
                    await reader!.WhenAnyAsync(LookInterval, services.Time, stopping.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            LogStopped();
        }
    }

    private async ValueTask<bool> TryTurnAsync()
    {
        try
        {
            return !await TurnAsync(stopping.Token).ConfigureAwait(false);
        }
        catch (TemporalException failure)
        {
            LogFailed(failure);
            await Task.Delay(RetryAfter, services.Time, stopping.Token).ConfigureAwait(false);
            return false;
        }
    }

    // Every workspace's channels.
    private async ValueTask LookAsync(CancellationToken cancellationToken)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        string? after = null;
        while (true)
        {
            var page = await workspaces.ListAsync(CallContext.Local, after, Limits.PageCountMax, cancellationToken).ConfigureAwait(false);
            foreach (var workspace in page)
            {
                found.Add(workspace.Name);
                await LookAsync(workspace.Name, cancellationToken).ConfigureAwait(false);
            }

            if (page.Length < Limits.PageCountMax)
            {
                break;
            }

            after = page[^1].Name;
        }

        foreach (var gone in channels.Keys.Where(name => !found.Contains(name)).ToList())
        {
            channels.Remove(gone);
            lives.Remove(gone);
            foreach (var channel in routedAt.Keys.Where(channel => channel.Workspace == gone).ToList())
            {
                routedAt.Remove(channel);
            }
        }

        HearOfSources();
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
        foreach (var id in await agents.ListIdsAsync(channel.Agent.Workspace, cancellationToken).ConfigureAwait(false))
        {
            // What a route led there that is over is carried too, as long as it was in force.
            var isWhole = IsWhole(channel, id);
            if (!isWhole && !(ChannelSettingsCodec.Carried.Contains(id.Kind) && routes[id.Workspace].Ask(history => history.HasEverLed(id, channel.Agent.Name))))
            {
                continue;
            }

            try
            {
                var status = await host.Get<IAgent>(id).GetStatusAsync(cancellationToken).ConfigureAwait(false);
                Owe(channel.Agent, new AgentNotice(id, status.Sequence), isRouted: !isWhole);
            }
            catch (TemporalException damaged) when (damaged.Kind == ErrorKind.Corrupt)
            {
                // One that can not be read must not keep the others from being announced.
                LogUnreadable(id.ToString(), damaged);
            }
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

    private async ValueTask SortAsync(NoticeBatch batch, CancellationToken cancellationToken)
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

        foreach (var (agent, _) in batch.Notices.Where(static notice => notice.Agent.Kind == AgentKind.Catalog))
        {
            // A catalog is heard of before its workspace is there when it comes back from a backup, and perhaps after it has gone.
            if (agent.Workspace == WorkspaceService.DefaultName || await workspaces.ExistsAsync(agent.Workspace, cancellationToken).ConfigureAwait(false))
            {
                await LookAsync(agent.Workspace, cancellationToken).ConfigureAwait(false);
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

    private async ValueTask AnnounceAsync(CancellationToken cancellationToken)
    {
        foreach (var (channel, sources) in owed.ToList())
        {
            // The most urgent first; within an agent the order is the log's.
            var matcher = MatcherOf(channel);
            foreach (var chunk in sources.OrderByDescending(pair => matcher.PriorityOf(pair.Key)).Chunk(Limits.ChannelRangesMax))
            {
                var announcement = new ChannelAnnouncement
                {
                    Notices = [.. chunk.Select(static pair => new AgentNotice(pair.Key, pair.Value.Sequence))],
                    Routed = [.. chunk.Where(static pair => pair.Value.IsRouted).Select(static pair => pair.Key)],
                };
                await host.Get<IChannelAgent>(channel).AnnounceAsync(announcement, cancellationToken).ConfigureAwait(false);
            }

            owed.Remove(channel);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Channels were not told of what is new; they will be")]
    private partial void LogFailed(Exception failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Agent} can not be read, so what is new of it is not announced")]
    private partial void LogUnreadable(string agent, Exception failure);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Announcing stopped")]
    private partial void LogStopped();
}
