using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Series;

/// <summary>
/// Points by stream: routes to partitions, gathers from them. Written once against <see cref="IAgentDirectory"/>, so it serves
/// a process, a silo and a cluster client alike. Thread-safe.
/// </summary>
public sealed partial class SeriesService
{
    private readonly IAgentDirectory directory;
    private readonly AccessGate access;
    private readonly WorkspaceService workspaces;
    private readonly HybridClock clock;
    private readonly SeriesRoutes routes;
    private readonly IReadOnlyList<IForecastModel> forecasts;

    /// <summary>Makes the facade over a directory.</summary>
    /// <param name="directory">Reaches the agents.</param>
    /// <param name="access">Says who may do what.</param>
    /// <param name="workspaces">The workspaces.</param>
    /// <param name="clock">The process's clock.</param>
    /// <param name="forecasts">Models of the host that trends may be asked to forecast by; null for none.</param>
    public SeriesService(
        IAgentDirectory directory, AccessGate access, WorkspaceService workspaces, HybridClock clock, IReadOnlyList<IForecastModel>? forecasts = null)
    {
        this.forecasts = forecasts ?? [];
        this.directory = directory;
        this.access = access;
        this.workspaces = workspaces;
        this.clock = clock;
        routes = new SeriesRoutes(directory, workspaces);
    }

    /// <summary>Points in time order, at equal times in the order of their series' texts.</summary>
    /// <exception cref="TemporalException">NotFound, <c>workspace_not_found</c>, <c>stream_not_found</c>; Invalid, <c>as_of_in_future</c>.</exception>
    public async ValueTask<SeriesPointsPage> ReadAsync(CallContext call, string workspace, string stream, SeriesPointsQuery query, CancellationToken cancellationToken)
    {
        var route = await EnterForReadAsync(call, workspace, stream, query.AsOf, cancellationToken).ConfigureAwait(false);
        return await ReadAsync(route, route.Agents.Length == 1 ? query : query with { AsOf = Pin(query.AsOf) }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Aggregates by group and window, in the order of groups, then of starts.</summary>
    /// <exception cref="TemporalException">
    /// NotFound, <c>workspace_not_found</c>, <c>stream_not_found</c>; Invalid, <c>as_of_in_future</c>, <c>invalid_field</c>; TooLarge, <c>query_too_large</c>.
    /// </exception>
    public async ValueTask<SeriesAggregatePage> AggregateAsync(
        CallContext call, string workspace, string stream, SeriesAggregateQuery query, CancellationToken cancellationToken)
    {
        var route = await EnterForReadAsync(call, workspace, stream, query.AsOf, cancellationToken).ConfigureAwait(false);
        return await AggregateAsync(route, route.Agents.Length == 1 ? query : query with { AsOf = Pin(query.AsOf) }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Names of streams in order, behind <paramref name="after"/>.</summary>
    public async ValueTask<ImmutableArray<string>> ListAsync(CallContext call, string workspace, string? after, int limit, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Series, ""), Verb.Read, cancellationToken).ConfigureAwait(false);
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        var entries = await directory.Get<Catalog.ICatalogAgent>(SystemAgents.CatalogOf(workspace))
            .ListAsync(AgentKind.Series, after, limit, cancellationToken).ConfigureAwait(false);
        return [.. entries.Select(static entry => entry.Name)];
    }

    /// <summary>What a stream has.</summary>
    /// <exception cref="TemporalException">NotFound, <c>workspace_not_found</c>, <c>stream_not_found</c>.</exception>
    public async ValueTask<SeriesStreamInfo> DescribeAsync(CallContext call, string workspace, string stream, CancellationToken cancellationToken)
    {
        var route = await EnterForReadAsync(call, workspace, stream, AsOf.Latest, cancellationToken).ConfigureAwait(false);
        var stats = await Task.WhenAll(route.Agents.Select(agent => agent.GetStatsAsync(cancellationToken).AsTask())).ConfigureAwait(false);
        var status = await Task.WhenAll(route.Agents.Select(agent => agent.GetStatusAsync(cancellationToken).AsTask())).ConfigureAwait(false);
        return SeriesGathering.Describe(stream, stats, status) with { CreatedAt = route.CreatedAt };
    }

    /// <summary>Lets go of what is remembered of a removed workspace.</summary>
    public void Forget(string workspace) => routes.Forget(workspace);

    private async ValueTask<SeriesRoute> EnterForReadAsync(
        CallContext call, string workspace, string stream, AsOf asOf, CancellationToken cancellationToken, string field = "stream") =>
        await FindForReadAsync(call, workspace, stream, asOf, cancellationToken).ConfigureAwait(false) ?? throw new TemporalException(
            ErrorKind.NotFound, ErrorCodes.StreamNotFound, asOf.IsLatest ? $"Nothing was ever written to stream '{stream}'." : $"Nothing was written to stream '{stream}' then.")
        {
            Field = field,
        };

    // Null when there was no such stream then.
    private async ValueTask<SeriesRoute?> FindForReadAsync(CallContext call, string workspace, string stream, AsOf asOf, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Series, stream), Verb.Read, cancellationToken).ConfigureAwait(false);
        var route = await routes.FindAsync(workspace, stream, cancellationToken).ConfigureAwait(false);

        // That there was no stream at a moment must stay so, too.
        if (asOf.SystemTime is not null && !await routes.ExistsAsync(workspace, stream, asOf, cancellationToken).ConfigureAwait(false))
        {
            route = null;
        }

        route?.RequireOneAgentFor(asOf);
        return route;
    }

    // Several agents answer as of one instant, so that no answer mixes moments.
    private AsOf Pin(AsOf asOf) => asOf.IsLatest ? AsOf.At(clock.Next()) : asOf;
}
