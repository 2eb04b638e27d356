using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Operations;
using OrleansTemporal.Routing;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Channels;

/// <summary>Makes channels and reads them. A subscriber needs no more than a cursor; that it may read is asked of the channel.</summary>
public sealed partial class ChannelService
{
    private readonly IAgentDirectory directory;
    private readonly AccessGate access;
    private readonly WorkspaceService workspaces;

    /// <summary>Makes the facade over a directory.</summary>
    public ChannelService(IAgentDirectory directory, AccessGate access, WorkspaceService workspaces)
    {
        this.directory = directory;
        this.access = access;
        this.workspaces = workspaces;
        Routes = new RouteBooks(directory);
    }

    /// <summary>What this process knows of routes.</summary>
    internal RouteBooks Routes { get; }

    /// <summary>The agent of a channel.</summary>
    public static AgentId AgentOf(string workspace, string name) => new(workspace, AgentKind.Channels, name, 0);

    /// <summary>Makes a channel, or has it carry more. What it has carried once stays in it.</summary>
    /// <exception cref="TemporalException">NotFound, <c>workspace_not_found</c>; Invalid, <c>invalid_field</c>, <c>invalid_name</c>.</exception>
    public async ValueTask<ChannelInfo> PutAsync(CallContext call, string workspace, string name, ChannelSettings settings, CancellationToken cancellationToken) =>
        InfoOf(workspace, (await ChangeAsync(call, workspace, name, settings, cancellationToken).ConfigureAwait(false)).Entry);

    /// <summary>Makes a channel or changes it, as <see cref="PutAsync"/>, and says what the catalog wrote.</summary>
    /// <exception cref="TemporalException">NotFound, <c>workspace_not_found</c>; Invalid, <c>invalid_field</c>, <c>invalid_name</c>.</exception>
    public async ValueTask<CatalogChangeResult> ChangeAsync(CallContext call, string workspace, string name, ChannelSettings settings, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        await EnterAsync(call, workspace, name, Verb.Admin, cancellationToken).ConfigureAwait(false);
        ChannelSettingsCodec.Validate(settings);
        var json = ChannelSettingsCodec.Write(settings);
        return await CatalogOf(workspace).ChangeAsync(
            new CatalogChange
            {
                Kind = AgentKind.Channels,
                Name = name,
                Settings = json,
                Operation = OperationStamps.Of(call, "put", $"channels/{workspace}/{name}", json),
                Actor = call.Principal.Name,
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A channel; null when there is none.</summary>
    public async ValueTask<ChannelInfo?> FindAsync(CallContext call, string workspace, string name, CancellationToken cancellationToken)
    {
        await EnterAsync(call, workspace, name, Verb.Read, cancellationToken).ConfigureAwait(false);
        var entry = await CatalogOf(workspace).FindAsync(AgentKind.Channels, name, AsOf.Latest, cancellationToken).ConfigureAwait(false);
        return entry is null ? null : InfoOf(workspace, entry);
    }

    /// <summary>A channel as it is now: open only as long as no route has ever named it.</summary>
    /// <exception cref="TemporalException">NotFound, <c>channel_not_found</c>.</exception>
    public async ValueTask<ChannelInfo> DescribeAsync(CallContext call, string workspace, string name, CancellationToken cancellationToken)
    {
        var channel = await RequireAsync(call, workspace, name, cancellationToken).ConfigureAwait(false);
        return channel with { Settings = await AsTheyAreAsync(workspace, name, channel.Settings, cancellationToken).ConfigureAwait(false) };
    }

    /// <summary>What settings come to for a channel: a route that named it once has closed it. Costs a question to the catalog for an open one.</summary>
    public async ValueTask<ChannelSettings> AsTheyAreAsync(string workspace, string name, ChannelSettings settings, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (!settings.IsOpen)
        {
            return settings;
        }

        await Routes[workspace].RefreshAsync(HybridTimestamp.Zero, cancellationToken).ConfigureAwait(false);
        return settings with { IsOpen = Routes[workspace].Ask(history => history.TouchedAt(name)) == 0 };
    }

    /// <summary>Channels of a workspace in name order, behind <paramref name="after"/>.</summary>
    public async ValueTask<ImmutableArray<ChannelInfo>> ListAsync(CallContext call, string workspace, string? after, int limit, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Channels, ""), Verb.Read, cancellationToken).ConfigureAwait(false);
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        var page = ImmutableArray.CreateBuilder<ChannelInfo>();
        while (true)
        {
            var channels = await ListAsync(directory, workspace, after, limit, cancellationToken).ConfigureAwait(false);
            foreach (var channel in channels.Where(static channel => !IsUnion(channel.Agent.Name)).Take(limit - page.Count))
            {
                page.Add(channel with { Settings = await AsTheyAreAsync(workspace, channel.Agent.Name, channel.Settings, cancellationToken).ConfigureAwait(false) });
            }

            if (channels.Length < limit || page.Count == limit)
            {
                return page.DrainToImmutable();
            }

            after = channels[^1].Agent.Name;
        }
    }

    /// <summary>The next deltas behind a cursor, in the channel's order, at most about 8 MiB. Costs a read of the channel and one for each range; it wakes the sources that have news and no other.</summary>
    /// <param name="call">Who reads.</param>
    /// <param name="workspace">The workspace.</param>
    /// <param name="name">The channel.</param>
    /// <param name="after">Where the reader has come to; the default is the beginning.</param>
    /// <param name="countMax">1 to <see cref="Limits.DeltaPageMax"/>.</param>
    /// <param name="cancellationToken">Stops the read; nothing changes.</param>
    /// <exception cref="TemporalException">NotFound, <c>channel_not_found</c>.</exception>
    public async ValueTask<ChannelBatch> ReadAsync(
        CallContext call, string workspace, string name, ChannelCursor after, int countMax, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(countMax, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(countMax, Limits.DeltaPageMax);
        await RequireAsync(call, workspace, name, cancellationToken).ConfigureAwait(false);
        var batch = await new ChannelReading(directory, AgentOf(workspace, name), after, countMax, Routes).RunAsync(cancellationToken).ConfigureAwait(false);
        return batch.Deltas.Any(static delta => delta.ExpiresAt is not null) ? batch with { Deltas = [.. batch.Deltas.Select(delta => delta.At(access.Now))] } : batch;
    }

    /// <summary>The cursor of who wants to hear only of what comes from now on.</summary>
    /// <exception cref="TemporalException">NotFound, <c>channel_not_found</c>.</exception>
    public async ValueTask<ChannelCursor> GetEndAsync(CallContext call, string workspace, string name, CancellationToken cancellationToken)
    {
        await RequireAsync(call, workspace, name, cancellationToken).ConfigureAwait(false);
        var status = await directory.Get<IChannelAgent>(AgentOf(workspace, name)).GetStatusAsync(cancellationToken).ConfigureAwait(false);
        return new ChannelCursor(status.Sequence);
    }

    internal static async ValueTask<ImmutableArray<ChannelInfo>> ListAsync(
        IAgentDirectory directory, string workspace, string? after, int limit, CancellationToken cancellationToken)
    {
        var catalog = directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace));
        var entries = await catalog.ListAsync(AgentKind.Channels, after, limit, cancellationToken).ConfigureAwait(false);
        return [.. entries.Select(entry => InfoOf(workspace, entry))];
    }

    private static ChannelInfo InfoOf(string workspace, CatalogEntry entry) => new()
    {
        Agent = AgentOf(workspace, entry.Name),
        Settings = ChannelSettingsCodec.Read(entry.Settings),
        SettingsSequence = entry.Sequence,
    };

    /// <summary>A channel that must be there.</summary>
    /// <exception cref="TemporalException">NotFound, <c>channel_not_found</c>.</exception>
    public async ValueTask<ChannelInfo> RequireAsync(CallContext call, string workspace, string name, CancellationToken cancellationToken) =>
        await FindAsync(call, workspace, name, cancellationToken).ConfigureAwait(false)
        ?? throw new TemporalException(ErrorKind.NotFound, ErrorCodes.ChannelNotFound, $"There is no channel '{name}' in workspace '{workspace}'.") { Field = "channel" };

    private async ValueTask EnterAsync(CallContext call, string workspace, string name, Verb verb, CancellationToken cancellationToken)
    {
        Names.Validate(name, "channel");
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Channels, name), verb, cancellationToken).ConfigureAwait(false);
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
    }

    private ICatalogAgent CatalogOf(string workspace) => directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace));
}
