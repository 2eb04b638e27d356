using System.Collections.Immutable;
using System.Text.Json;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Operations;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Routing;

/// <summary>
/// Routes by name: entries of the workspace's catalog, which say which deltas go into which channels from the system time of
/// their delta on. Written once against <see cref="IAgentDirectory"/>. Thread-safe.
/// </summary>
public sealed class RouteService
{
    private readonly IAgentDirectory directory;
    private readonly AccessGate access;
    private readonly WorkspaceService workspaces;

    /// <summary>Makes the facade over a directory.</summary>
    public RouteService(IAgentDirectory directory, AccessGate access, WorkspaceService workspaces)
    {
        this.directory = directory;
        this.access = access;
        this.workspaces = workspaces;
    }

    /// <summary>Makes a route, or has it say something else from now on. Durable when it answers.</summary>
    /// <exception cref="TemporalException">
    /// NotFound, <c>workspace_not_found</c>, <c>channel_not_found</c>; Conflict, <c>policy_conflict</c>, <c>too_many_routes</c>;
    /// Invalid, <c>invalid_pattern</c>, <c>invalid_name</c>, <c>invalid_field</c>.
    /// </exception>
    public async ValueTask<CatalogChangeResult> PutAsync(CallContext call, string workspace, string name, RouteDefinition route, CancellationToken cancellationToken)
    {
        await EnterAsync(call, workspace, name, Verb.Admin, cancellationToken).ConfigureAwait(false);
        RouteRules.Validate(route);
        var bytes = RouteJson.ToBytes(route);
        await access.ChargeAsync(workspace, bytes.Length, cancellationToken).ConfigureAwait(false);
        var catalog = CatalogOf(workspace);
        foreach (var channel in route.Channels)
        {
            if (await catalog.FindAsync(AgentKind.Channels, channel, AsOf.Latest, cancellationToken).ConfigureAwait(false) is null)
            {
                throw new TemporalException(ErrorKind.NotFound, ErrorCodes.ChannelNotFound, $"There is no channel '{channel}' in workspace '{workspace}'.") { Field = "channels" };
            }
        }

        await RequireRoomAsync(catalog, name, cancellationToken).ConfigureAwait(false);
        var change = new CatalogChange
        {
            Kind = AgentKind.Catalog,
            Name = name,
            Settings = bytes,
            Operation = OperationStamps.Of(call, "put", $"routes/{workspace}/{name}", bytes),
            Actor = call.Principal.Name,
        };
        return await catalog.ChangeAsync(change, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A route, now or as of a moment.</summary>
    /// <exception cref="TemporalException">NotFound, <c>delta_route_not_found</c>.</exception>
    public async ValueTask<RouteInfo> GetAsync(CallContext call, string workspace, string name, AsOf asOf, CancellationToken cancellationToken)
    {
        await EnterAsync(call, workspace, name, Verb.Read, cancellationToken).ConfigureAwait(false);
        var entry = await CatalogOf(workspace).FindAsync(AgentKind.Catalog, name, asOf, cancellationToken).ConfigureAwait(false);
        return entry is null ? throw NotFound(name) : InfoOf(entry);
    }

    /// <summary>Routes of a workspace in name order, behind <paramref name="after"/>.</summary>
    public async ValueTask<ImmutableArray<RouteInfo>> ListAsync(CallContext call, string workspace, string? after, int limit, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Channels, ""), Verb.Read, cancellationToken).ConfigureAwait(false);
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        var entries = await CatalogOf(workspace).ListAsync(AgentKind.Catalog, after, limit, cancellationToken).ConfigureAwait(false);
        return [.. entries.Select(InfoOf)];
    }

    /// <summary>Ends a route: deltas from now on do not take it. What channels carry of before stays in them.</summary>
    /// <exception cref="TemporalException">NotFound, <c>delta_route_not_found</c>.</exception>
    public async ValueTask<Receipt> DeleteAsync(CallContext call, string workspace, string name, CancellationToken cancellationToken)
    {
        await EnterAsync(call, workspace, name, Verb.Admin, cancellationToken).ConfigureAwait(false);
        var catalog = CatalogOf(workspace);
        var isThere = await catalog.FindAsync(AgentKind.Catalog, name, AsOf.Latest, cancellationToken).ConfigureAwait(false) is not null;
        var change = new CatalogChange
        {
            Kind = AgentKind.Catalog,
            Name = name,
            Remove = true,
            IfSequence = isThere ? null : CatalogChange.NoSequence,
            Operation = OperationStamps.Of(call, "delete", $"routes/{workspace}/{name}", []),
            Actor = call.Principal.Name,
        };
        try
        {
            return (await catalog.ChangeAsync(change, cancellationToken).ConfigureAwait(false)).Receipt!;
        }
        catch (TemporalException refused) when (!isThere && refused.Code == ErrorCodes.PreconditionFailed)
        {
            throw NotFound(name);
        }
    }

    private static async ValueTask RequireRoomAsync(ICatalogAgent catalog, string name, CancellationToken cancellationToken)
    {
        var present = await catalog.ListAsync(AgentKind.Catalog, null, Limits.RoutesMax, cancellationToken).ConfigureAwait(false);
        if (present.Length >= Limits.RoutesMax && !present.Any(entry => entry.Name == name))
        {
            throw new TemporalException(ErrorKind.Conflict, ErrorCodes.TooManyRoutes, $"A workspace has at most {Limits.RoutesMax} routes.") { Limit = Limits.RoutesMax };
        }
    }

    private static RouteInfo InfoOf(CatalogEntry entry)
    {
        using var json = JsonDocument.Parse(entry.Settings);
        return new RouteInfo { Name = entry.Name, Definition = RouteJson.Read(json.RootElement), Sequence = entry.Sequence, SystemTime = entry.SystemTime };
    }

    private static TemporalException NotFound(string name) =>
        new(ErrorKind.NotFound, ErrorCodes.DeltaRouteNotFound, $"There is no route '{name}'.") { Field = "route" };

    private async ValueTask EnterAsync(CallContext call, string workspace, string name, Verb verb, CancellationToken cancellationToken)
    {
        Names.Validate(name, "route");
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Channels, name), verb, cancellationToken).ConfigureAwait(false);
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
    }

    private ICatalogAgent CatalogOf(string workspace) => directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace));
}
