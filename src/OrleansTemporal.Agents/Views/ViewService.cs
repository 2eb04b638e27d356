using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using OrleansTemporal.Operations;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Views;

/// <summary>
/// Views by name: queries whose answers are kept and brought on by what changes. Written once against
/// <see cref="IAgentDirectory"/>, so it serves a process, a silo and a cluster client alike. Thread-safe.
/// </summary>
public sealed class ViewService
{
    private readonly IAgentDirectory directory;
    private readonly AccessGate access;
    private readonly WorkspaceService workspaces;
    private readonly HybridClock clock;

    /// <summary>Makes the facade over a directory.</summary>
    public ViewService(IAgentDirectory directory, AccessGate access, WorkspaceService workspaces, HybridClock clock)
    {
        this.directory = directory;
        this.access = access;
        this.workspaces = workspaces;
        this.clock = clock;
    }

    /// <summary>
    /// Defines a view, or defines it anew. Whoever does must be allowed to read what it is over; whoever reads it later needs
    /// to be allowed to read the view. Its rows are made in the background, or by the first who asks for them.
    /// </summary>
    /// <exception cref="TemporalException">
    /// Invalid, <c>invalid_field</c>, <c>view_cycle</c>, <c>view_source_unsupported</c>; NotFound, <c>view_not_found</c>, when it is over a view
    /// that is not there.
    /// </exception>
    public async ValueTask<CatalogChangeResult> PutAsync(CallContext call, string workspace, string view, ViewDefinition definition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(definition);
        await EnterAsync(call, workspace, view, Verb.Admin, cancellationToken).ConfigureAwait(false);
        var (kind, source) = ViewRules.SourceOf(ViewRules.Check(definition));
        await access.EnterAsync(call, new Resource(workspace, kind, source), Verb.Read, cancellationToken).ConfigureAwait(false);
        var encoded = ViewDefinitionJson.ToBytes(definition);
        await access.ChargeAsync(workspace, encoded.Length, cancellationToken).ConfigureAwait(false);
        var chain = await ViewChain.FollowAsync(directory, workspace, view, null, definition, cancellationToken).ConfigureAwait(false);
        _ = new ViewPipeline(chain.Definitions);
        var change = new CatalogChange
        {
            Kind = AgentKind.Views,
            Name = view,
            Settings = encoded,
            Operation = OperationStamps.Of(call, "put", $"views/{workspace}/{view}", encoded),
            Actor = call.Principal.Name,
        };
        var result = await CatalogOf(workspace).ChangeAsync(change, cancellationToken).ConfigureAwait(false);
        await AgentOf(workspace, view).FormAsync(call.Principal.Name, cancellationToken).ConfigureAwait(false);
        return result;
    }

    /// <summary>What a view is, and how far it is.</summary>
    /// <exception cref="TemporalException">NotFound, <c>view_not_found</c>.</exception>
    public async ValueTask<ViewInfo> GetAsync(CallContext call, string workspace, string view, CancellationToken cancellationToken)
    {
        await EnterAsync(call, workspace, view, Verb.Read, cancellationToken).ConfigureAwait(false);
        return await DescribeAsync(workspace, await RequireAsync(workspace, view, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Views of a workspace in name order, behind <paramref name="after"/>.</summary>
    public async ValueTask<ImmutableArray<ViewInfo>> ListAsync(CallContext call, string workspace, string? after, int limit, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Views, ""), Verb.Read, cancellationToken).ConfigureAwait(false);
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        var infos = ImmutableArray.CreateBuilder<ViewInfo>();
        foreach (var entry in await CatalogOf(workspace).ListAsync(AgentKind.Views, after, limit, cancellationToken).ConfigureAwait(false))
        {
            infos.Add(await DescribeAsync(workspace, entry, cancellationToken).ConfigureAwait(false));
        }

        return infos.DrainToImmutable();
    }

    /// <summary>Removes a view.</summary>
    /// <exception cref="TemporalException">NotFound, <c>view_not_found</c>; Conflict, <c>view_in_use</c>: another view is over it.</exception>
    public async ValueTask<Receipt> DeleteAsync(CallContext call, string workspace, string view, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        await EnterAsync(call, workspace, view, Verb.Admin, cancellationToken).ConfigureAwait(false);
        var stamp = OperationStamps.Of(call, "delete", $"views/{workspace}/{view}", []);
        if (stamp is null)
        {
            await RequireAsync(workspace, view, cancellationToken).ConfigureAwait(false);
        }

        await RequireUnusedAsync(workspace, view, cancellationToken).ConfigureAwait(false);
        var change = new CatalogChange { Kind = AgentKind.Views, Name = view, Remove = true, Operation = stamp, Actor = call.Principal.Name };
        return (await CatalogOf(workspace).ChangeAsync(change, cancellationToken).ConfigureAwait(false)).Receipt ?? throw ViewRules.NotFound(view);
    }

    /// <summary>A page of rows, now or as of a moment: what the query answers then. O(what is new + rows).</summary>
    /// <exception cref="TemporalException">
    /// NotFound, <c>view_not_found</c>; Invalid, <c>as_of_in_future</c>, <c>sequence_needs_one_agent</c>, <c>view_cycle</c>; Gone,
    /// <c>history_expired</c>; TooLarge, <c>view_too_large</c>, <c>query_too_large</c>.
    /// </exception>
    public async ValueTask<KvQueryResult> ReadAsync(CallContext call, string workspace, string view, ViewRowsRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        await EnterAsync(call, workspace, view, Verb.Read, cancellationToken).ConfigureAwait(false);
        if (request.AsOf.Sequence is not null)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.SequenceNeedsOneAgent, "A view follows from several logs; name an instant.") { Field = "asOf" };
        }

        var cursor = request.Cursor;
        var query = new ViewQuery
        {
            Limit = request.Limit,
            IsLatest = cursor is null && request.AsOf.IsLatest,
            AsOf = cursor is not null ? AsOf.At(cursor.Moment) : request.AsOf.IsLatest ? AsOf.At(clock.Next()) : request.AsOf,
            Seen = cursor?.Seen ?? 0,
            After = cursor?.After,
            Total = cursor?.Total,
        };
        var page = await AgentOf(workspace, view).ReadAsync(query, cancellationToken).ConfigureAwait(false);
        var seen = query.Seen + page.Rows.Length + page.Groups.Length;
        return new KvQueryResult
        {
            Rows = page.Rows,
            Groups = page.Groups,
            Total = page.Total,
            AsOf = page.SystemTime,
            Next = page.HasMore ? new KvQueryCursor(page.SystemTime, seen, page.Total, page.After) : null,
            Plan = new KvQueryPlan { Path = page.IsGrouped ? "viewGroups" : "view", KeyCount = page.ScannedCount, ChangeCount = page.ChangeCount },
        };
    }

    /// <summary>Takes in what is new. O(what is new), or O(documents) for the first time. With an idempotency key it is done once.</summary>
    /// <exception cref="TemporalException">NotFound, <c>view_not_found</c>; TooLarge, <c>view_too_large</c>; Invalid, <c>view_cycle</c>.</exception>
    public async ValueTask<ViewStats> RefreshAsync(CallContext call, string workspace, string view, CancellationToken cancellationToken)
    {
        await EnterAsync(call, workspace, view, Verb.Write, cancellationToken).ConfigureAwait(false);
        var stamp = OperationStamps.Of(call, "post", $"views/{workspace}/{view}/refresh", []);
        var agent = AgentOf(workspace, view);
        return stamp is null
            ? await agent.RefreshAsync(cancellationToken).ConfigureAwait(false)
            : await agent.RefreshOnceAsync(stamp, call.Principal.Name, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Builds the indexes of a namespace now, or takes in what is new; housekeeping does it by itself.</summary>
    /// <exception cref="TemporalException">NotFound, <c>view_not_found</c>, when there are none; TooLarge, <c>view_too_large</c>.</exception>
    public async ValueTask<ViewStats> RefreshIndexesAsync(CallContext call, string workspace, string ns, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Kv, ns), Verb.Admin, cancellationToken).ConfigureAwait(false);
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        return await directory.Get<IViewAgent>(new AgentId(workspace, AgentKind.Views, ns, ViewCore.IndexPartition)).RefreshAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask EnterAsync(CallContext call, string workspace, string view, Verb verb, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Views, view), verb, cancellationToken).ConfigureAwait(false);
        Names.Validate(view, "view");
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<CatalogEntry> RequireAsync(string workspace, string view, CancellationToken cancellationToken) =>
        await CatalogOf(workspace).FindAsync(AgentKind.Views, view, AsOf.Latest, cancellationToken).ConfigureAwait(false) ?? throw ViewRules.NotFound(view);

    private async ValueTask RequireUnusedAsync(string workspace, string view, CancellationToken cancellationToken)
    {
        string? after = null;
        ImmutableArray<CatalogEntry> page;
        do
        {
            page = await CatalogOf(workspace).ListAsync(AgentKind.Views, after, Limits.PageCountMax, cancellationToken).ConfigureAwait(false);
            foreach (var entry in page)
            {
                after = entry.Name;
                if (ViewDefinitionJson.Parse(entry.Settings.Span).Source == $"views/{view}")
                {
                    throw new TemporalException(ErrorKind.Conflict, ErrorCodes.ViewInUse, $"The view '{entry.Name}' is over '{view}'.") { Field = "view" };
                }
            }
        }
        while (page.Length == Limits.PageCountMax);
    }

    private async ValueTask<ViewInfo> DescribeAsync(string workspace, CatalogEntry entry, CancellationToken cancellationToken) => new(
        entry.Name,
        ViewDefinitionJson.Parse(entry.Settings.Span),
        await AgentOf(workspace, entry.Name).GetStatsAsync(cancellationToken).ConfigureAwait(false),
        entry.SystemTime);

    private IViewAgent AgentOf(string workspace, string view) => directory.Get<IViewAgent>(new AgentId(workspace, AgentKind.Views, view, 0));

    private ICatalogAgent CatalogOf(string workspace) => directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace));
}
