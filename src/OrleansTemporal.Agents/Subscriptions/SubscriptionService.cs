using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Errors;
using OrleansTemporal.Operations;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Subscriptions;

/// <summary>
/// Durable subscriptions to channels. Written once against <see cref="IAgentDirectory"/>, so it serves a process, a silo and
/// a cluster client alike. Thread-safe.
/// </summary>
public sealed partial class SubscriptionService : IAsyncDisposable
{
    private const int DefinitionsMax = 20_000;
    private const int IdLength = 16;

    private readonly ConcurrentDictionary<AgentId, SubscriptionSelection> definitions = new();
    private readonly ConcurrentDictionary<string, (long At, int Count)> counts = new(StringComparer.Ordinal);
    private readonly IAgentDirectory directory;
    private readonly AccessGate access;
    private readonly WorkspaceService workspaces;
    private readonly ChannelService channels;
    private readonly ChannelFeeds feeds;
    private readonly HybridClock clock;
    private readonly TimeProvider time;
    private readonly ISaltSource salts;
    private readonly DeltaExplainer explainer;

    /// <summary>Makes the facade over a directory whose agents live in other processes.</summary>
    /// <param name="directory">Where agents are found.</param>
    /// <param name="access">What calls pass.</param>
    /// <param name="workspaces">Which workspaces there are.</param>
    /// <param name="channels">The channels.</param>
    /// <param name="clock">The clock of this process.</param>
    /// <param name="time">Measures leases and waits.</param>
    /// <param name="loggers">Where what happened is written.</param>
    public SubscriptionService(
        IAgentDirectory directory,
        AccessGate access,
        WorkspaceService workspaces,
        ChannelService channels,
        HybridClock clock,
        TimeProvider time,
        ILoggerFactory loggers)
        : this(directory, access, workspaces, channels, FeedsOf(directory, channels, time, loggers), clock, time, new CryptographicSaltSource())
    {
    }

    internal SubscriptionService(
        IAgentDirectory directory,
        AccessGate access,
        WorkspaceService workspaces,
        ChannelService channels,
        ChannelFeeds feeds,
        HybridClock clock,
        TimeProvider time,
        ISaltSource salts)
    {
        this.directory = directory;
        this.access = access;
        this.workspaces = workspaces;
        this.channels = channels;
        this.feeds = feeds;
        this.clock = clock;
        this.time = time;
        this.salts = salts;
        explainer = new DeltaExplainer(directory);
    }

    /// <summary>Asks what listens for news of channels to end, and does not wait for it.</summary>
    public void Stop() => feeds.Stop();

    /// <summary>Ends what listens for news of channels.</summary>
    public ValueTask DisposeAsync() => feeds.DisposeAsync();

    /// <summary>The agent of a subscription.</summary>
    public static AgentId AgentOf(string workspace, string id) => new(workspace, AgentKind.Subscriptions, id, 0);

    /// <summary>Makes a subscription.</summary>
    /// <exception cref="TemporalException">
    /// NotFound, <c>workspace_not_found</c>, <c>channel_not_found</c>; Invalid, <c>invalid_field</c>, <c>invalid_cursor</c>; Conflict, <c>subscriptions_full</c>.
    /// </exception>
    public async ValueTask<SubscriptionInfo> CreateAsync(CallContext call, string workspace, SubscriptionOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        SubscriptionRules.Require(order);
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Subscriptions, ""), Verb.Admin, cancellationToken).ConfigureAwait(false);
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        await RequireRoomAsync(workspace, cancellationToken).ConfigureAwait(false);
        ImmutableArray<string> names = [.. order.Channels.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var guarantee = DeliveryGuarantee.AtMostOnce;
        foreach (var name in names)
        {
            var channel = await channels.RequireAsync(call, workspace, name, cancellationToken).ConfigureAwait(false);
            guarantee = channel.Settings.Guarantee > guarantee ? channel.Settings.Guarantee : guarantee;
        }

        var stamp = OperationStamps.Of(call, "post", $"subscriptions/{workspace}", SubscriptionRules.BytesOf(order));
        var source = await channels.UniteAsync(call, workspace, names, cancellationToken).ConfigureAwait(false);
        var (start, since) = await StartAsync(workspace, source, order.From, cancellationToken).ConfigureAwait(false);
        var definition = new SubscriptionDefinition
        {
            Name = order.Name,
            Channels = names,
            Source = source,
            Guarantee = guarantee,
            Filter = order.Filter,
            Start = start,
            Since = since,
            Lease = order.Lease,
            MaxTries = order.MaxTries,
            Webhook = order.Webhook,
        };
        var changed = await CatalogOf(workspace).ChangeAsync(
            new CatalogChange
            {
                Kind = AgentKind.Subscriptions,
                Name = await NameOfAsync(workspace, stamp, cancellationToken).ConfigureAwait(false),
                Settings = SubscriptionJson.Write(definition),
                OnlyIfAbsent = true,
                Operation = stamp,
                Actor = call.Principal.Name,
            },
            cancellationToken).ConfigureAwait(false);
        counts.AddOrUpdate(workspace, static _ => default, static (_, known) => (known.At, known.Count + 1));
        Made?.Invoke(workspace);
        return await DescribeAsync(workspace, changed.Entry, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A subscription and where it stands.</summary>
    /// <exception cref="TemporalException">NotFound, <c>workspace_not_found</c>, <c>subscription_not_found</c>.</exception>
    public async ValueTask<SubscriptionInfo> GetAsync(CallContext call, string workspace, string id, CancellationToken cancellationToken)
    {
        await EnterAsync(call, workspace, id, Verb.Read, cancellationToken).ConfigureAwait(false);
        return await DescribeAsync(workspace, await RequireEntryAsync(workspace, id, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Subscriptions of a workspace in the order of their ids, behind <paramref name="after"/>. Costs a call for each.</summary>
    public async ValueTask<ImmutableArray<SubscriptionInfo>> ListAsync(CallContext call, string workspace, string? after, int limit, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Subscriptions, ""), Verb.Read, cancellationToken).ConfigureAwait(false);
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        var infos = ImmutableArray.CreateBuilder<SubscriptionInfo>();
        while (true)
        {
            var entries = await CatalogOf(workspace).ListAsync(AgentKind.Subscriptions, after, limit, cancellationToken).ConfigureAwait(false);
            foreach (var entry in entries.TakeWhile(_ => infos.Count < limit))
            {
                if (await TryDescribeAsync(workspace, entry, cancellationToken).ConfigureAwait(false) is { } info)
                {
                    infos.Add(info);
                }
            }

            if (entries.Length < limit || infos.Count == limit)
            {
                return infos.DrainToImmutable();
            }

            after = entries[^1].Name;
        }
    }

    // Null when it is ended and only the catalog does not say so yet.
    private async ValueTask<SubscriptionInfo?> TryDescribeAsync(string workspace, CatalogEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            return await DescribeAsync(workspace, entry, cancellationToken).ConfigureAwait(false);
        }
        catch (TemporalException ended) when (ended.Code == ErrorCodes.SubscriptionNotFound)
        {
            return null;
        }
    }

    /// <summary>Ends a subscription. Its log stays.</summary>
    /// <exception cref="TemporalException">NotFound, <c>subscription_not_found</c>.</exception>
    public async ValueTask<Receipt> DeleteAsync(CallContext call, string workspace, string id, CancellationToken cancellationToken)
    {
        await EnterAsync(call, workspace, id, Verb.Admin, cancellationToken).ConfigureAwait(false);
        var stamp = OperationStamps.Of(call, "delete", $"subscriptions/{workspace}/{id}", []);
        if (stamp is null)
        {
            await RequireEntryAsync(workspace, id, cancellationToken).ConfigureAwait(false);
        }

        await AgentFor(workspace, id).EndAsync(cancellationToken).ConfigureAwait(false);
        definitions.TryRemove(AgentOf(workspace, id), out _);
        var changed = await CatalogOf(workspace).ChangeAsync(
            new CatalogChange { Kind = AgentKind.Subscriptions, Name = id, Remove = true, Operation = stamp, Actor = call.Principal.Name },
            cancellationToken).ConfigureAwait(false);
        counts.TryRemove(workspace, out _);
        return changed.Receipt ?? throw NotFound(id);
    }

    /// <summary>Forgets what is known of a workspace.</summary>
    public void Forget(string workspace)
    {
        counts.TryRemove(workspace, out _);
        foreach (var agent in definitions.Keys.Where(agent => agent.Workspace == workspace))
        {
            definitions.TryRemove(agent, out _);
        }
    }

    /// <summary>Told of a workspace that has a new subscription.</summary>
    internal Action<string>? Made { get; set; }

    /// <summary>Subscriptions of a workspace as the catalog has them, with what they are.</summary>
    internal async ValueTask<ImmutableArray<(string Id, SubscriptionDefinition Definition)>> ListDefinitionsAsync(string workspace, CancellationToken cancellationToken)
    {
        var all = ImmutableArray.CreateBuilder<(string Id, SubscriptionDefinition Definition)>();
        string? after = null;
        while (true)
        {
            var entries = await CatalogOf(workspace).ListAsync(AgentKind.Subscriptions, after, Limits.PageCountMax, cancellationToken).ConfigureAwait(false);
            all.AddRange(entries.Select(static entry => (entry.Name, SubscriptionJson.Read(entry.Settings))));
            if (entries.Length < Limits.PageCountMax)
            {
                return all.DrainToImmutable();
            }

            after = entries[^1].Name;
        }
    }

    private async ValueTask<SubscriptionInfo> DescribeAsync(string workspace, CatalogEntry entry, CancellationToken cancellationToken)
    {
        var definition = (await BegunAsync(workspace, entry, cancellationToken).ConfigureAwait(false)).Definition;
        var state = await AgentFor(workspace, entry.Name).GetStateAsync(cancellationToken).ConfigureAwait(false);
        var span = await directory.Get<IChannelAgent>(ChannelService.AgentOf(workspace, definition.Source)).MeasureAsync(state.Acknowledged, cancellationToken).ConfigureAwait(false);
        return new SubscriptionInfo
        {
            Id = entry.Name,
            Definition = definition.Webhook is { } webhook ? definition with { Webhook = webhook with { Secret = webhook.Secret is null ? null : "" } } : definition,
            State = state,
            Lag = span.Total - span.Through,
            CreatedAt = entry.SystemTime,
        };
    }

    // The catalog is written first, so whoever finds the entry completes what a crash has left undone.
    private async ValueTask<SubscriptionSelection> BegunAsync(string workspace, CatalogEntry entry, CancellationToken cancellationToken)
    {
        var agent = AgentOf(workspace, entry.Name);
        if (definitions.TryGetValue(agent, out var known))
        {
            return known;
        }

        var definition = SubscriptionJson.Read(entry.Settings);
        await directory.Get<ISubscriptionAgent>(agent).BeginAsync(definition, cancellationToken).ConfigureAwait(false);
        if (definitions.Count >= DefinitionsMax)
        {
            definitions.Clear();
        }

        return definitions[agent] = new SubscriptionSelection(definition, explainer, clock);
    }

    private async ValueTask<SubscriptionSelection> RequireAsync(string workspace, string id, CancellationToken cancellationToken) =>
        definitions.TryGetValue(AgentOf(workspace, id), out var known)
            ? known
            : await BegunAsync(workspace, await RequireEntryAsync(workspace, id, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    private async ValueTask<CatalogEntry> RequireEntryAsync(string workspace, string id, CancellationToken cancellationToken) =>
        await CatalogOf(workspace).FindAsync(AgentKind.Subscriptions, id, AsOf.Latest, cancellationToken).ConfigureAwait(false)
        ?? throw NotFound(id);

    private static TemporalException NotFound(string id) =>
        new(ErrorKind.NotFound, ErrorCodes.SubscriptionNotFound, $"There is no subscription '{id}'.") { Field = "subscription" };

    private async ValueTask RequireRoomAsync(string workspace, CancellationToken cancellationToken)
    {
        if (!counts.TryGetValue(workspace, out var known) || time.GetElapsedTime(known.At) > FacadeLease.LifetimeDefault)
        {
            var at = time.GetTimestamp();
            var entries = await CatalogOf(workspace).ListAsync(AgentKind.Subscriptions, null, Limits.PageCountMax, cancellationToken).ConfigureAwait(false);
            counts[workspace] = known = (at, entries.Length);
        }

        if (known.Count >= Limits.SubscriptionsMax)
        {
            throw new TemporalException(ErrorKind.Conflict, ErrorCodes.SubscriptionsFull, $"A workspace has at most {Limits.SubscriptionsMax} subscriptions.") { Limit = Limits.SubscriptionsMax };
        }
    }

    private async ValueTask<(ChannelCursor Start, HybridTimestamp Since)> StartAsync(string workspace, string source, string from, CancellationToken cancellationToken)
    {
        if (from == "beginning")
        {
            return default;
        }

        // What was learned of before now is passed over, whether it is announced already or not.
        var now = clock.Next();
        var status = await directory.Get<IChannelAgent>(ChannelService.AgentOf(workspace, source)).GetStatusAsync(cancellationToken).ConfigureAwait(false);
        if (from == "now")
        {
            return (new ChannelCursor(status.Sequence), now);
        }

        var cursor = ChannelCursor.Parse(from);
        return cursor <= new ChannelCursor(status.Sequence) ? (cursor, default) : throw Ahead();
    }

    private static ChannelFeeds FeedsOf(IAgentDirectory directory, ChannelService channels, TimeProvider time, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(channels);
        return channels.Feeds = new ChannelFeeds(directory, channels.Routes, null, new FacadeLease(time, FacadeLease.LifetimeDefault), time, loggers.CreateLogger<ChannelFeeds>());
    }

    private static TemporalException Ahead() =>
        new(ErrorKind.Invalid, ErrorCodes.InvalidCursor, "The channel has not come to this place.") { Field = "cursor" };

    // By the idempotency key, so that a repetition that a crash has come between makes the same one; unless one of that name has
    // ended long enough ago for its key to be forgotten, since what has ended does not begin again.
    private async ValueTask<string> NameOfAsync(string workspace, OperationStamp? stamp, CancellationToken cancellationToken)
    {
        if (stamp is null)
        {
            return NewId();
        }

        var id = stamp.Key[..IdLength];
        return (await AgentFor(workspace, id).GetStatusAsync(cancellationToken).ConfigureAwait(false)).Sequence == 0
            || await CatalogOf(workspace).FindAsync(AgentKind.Subscriptions, id, AsOf.Latest, cancellationToken).ConfigureAwait(false) is not null
            ? id
            : NewId();
    }

    private string NewId()
    {
        var bytes = new byte[IdLength / 2];
        salts.Fill(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    private async ValueTask EnterAsync(CallContext call, string workspace, string id, Verb verb, CancellationToken cancellationToken)
    {
        Names.Validate(id, "subscription");
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Subscriptions, id), verb, cancellationToken).ConfigureAwait(false);
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
    }

    private ISubscriptionAgent AgentFor(string workspace, string id) => directory.Get<ISubscriptionAgent>(AgentOf(workspace, id));

    private ICatalogAgent CatalogOf(string workspace) => directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace));
}
