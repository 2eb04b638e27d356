using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Operations;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Agents;

/// <summary>Lists the agents of a workspace, says where each stands, and verifies their chains.</summary>
public sealed partial class AgentService
{
    // Kinds whose agents the catalog names, in the order of their numbers.
    private static readonly AgentKind[] Facets = [AgentKind.Kv, AgentKind.Series, AgentKind.Signals, AgentKind.Vectors, AgentKind.Timelines, AgentKind.Channels, AgentKind.Subscriptions, AgentKind.Views];

    private readonly IAgentDirectory directory;
    private readonly AccessGate access;
    private readonly WorkspaceService workspaces;
    private readonly OperationService operations;
    private readonly HybridClock clock;
    private readonly IWorkScheduler scheduler;
    private readonly ILogger logger;

    /// <summary>Makes the facade over a directory.</summary>
    public AgentService(
        IAgentDirectory directory,
        AccessGate access,
        WorkspaceService workspaces,
        OperationService operations,
        HybridClock clock,
        IWorkScheduler scheduler,
        ILogger<AgentService> logger)
    {
        this.directory = directory;
        this.access = access;
        this.workspaces = workspaces;
        this.operations = operations;
        this.clock = clock;
        this.scheduler = scheduler;
        this.logger = logger;
    }

    /// <summary>Status of every agent of a workspace: the catalog first, then in the order of kind, name and partition.</summary>
    public async ValueTask<ImmutableArray<AgentStatus>> ListAsync(
        CallContext call, string workspace, AgentKind? kind, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Catalog, ""), Verb.Read, cancellationToken).ConfigureAwait(false);
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        var statuses = ImmutableArray.CreateBuilder<AgentStatus>();
        await foreach (var id in EnumerateAsync(workspace, kind, cancellationToken).ConfigureAwait(false))
        {
            statuses.Add(await directory.Get<IAgent>(id).GetStatusAsync(cancellationToken).ConfigureAwait(false));
        }

        return statuses.ToImmutable();
    }

    /// <summary>Status of the partitions of one name; empty when there is no such name.</summary>
    public async ValueTask<ImmutableArray<AgentStatus>> GetAsync(
        CallContext call, string workspace, AgentKind kind, string name, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, kind, name), Verb.Read, cancellationToken).ConfigureAwait(false);
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        if (kind == AgentKind.Catalog)
        {
            return name == SystemAgents.CatalogOf(workspace).Name
                ? [await directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace)).GetStatusAsync(cancellationToken).ConfigureAwait(false)]
                : [];
        }

        if (kind == AgentKind.Lifecycle)
        {
            var id = SystemAgents.LifecycleOf(workspace);
            return name == id.Name && await HasLifecycleAsync(directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace)), workspace, cancellationToken).ConfigureAwait(false)
                ? [await directory.Get<ILifecycleAgent>(id).GetStatusAsync(cancellationToken).ConfigureAwait(false)]
                : [];
        }

        var entry = await directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace))
            .FindAsync(kind, name, AsOf.Latest, cancellationToken).ConfigureAwait(false);
        if (entry is null)
        {
            return [];
        }

        var statuses = ImmutableArray.CreateBuilder<AgentStatus>();
        foreach (var id in PartitionsOf(workspace, entry))
        {
            statuses.Add(await directory.Get<IAgent>(id).GetStatusAsync(cancellationToken).ConfigureAwait(false));
        }

        return statuses.ToImmutable();
    }

    /// <summary>Begins to read every chain of the workspace back from storage. With an idempotency key it begins once.</summary>
    /// <exception cref="TemporalException">NotFound, <c>workspace_not_found</c>; Invalid, <c>idempotency_key_reused</c>.</exception>
    public async ValueTask<OperationInfo> StartVerifyAsync(CallContext call, string workspace, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Catalog, ""), Verb.Read, cancellationToken).ConfigureAwait(false);
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        var request = new OperationRequest
        {
            Workspace = workspace,
            Process = "verify",
            Stamp = OperationStamps.Of(call, "post", $"verify/{workspace}", []),
            Actor = call.Principal.Name,
        };
        var started = await operations.StartAsync(request, clock.Next(), cancellationToken).ConfigureAwait(false);
        if (started.IsOurs)
        {
            scheduler.Post(static state => _ = ((VerifyRun)state!).RunAsync(), new VerifyRun(this, started));
        }

        return started.Info;
    }

    /// <summary>Reads every chain of the workspace back from storage, one agent after the other.</summary>
    public async ValueTask<ImmutableArray<VerifyReport>> VerifyAsync(CallContext call, string workspace, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Catalog, ""), Verb.Read, cancellationToken).ConfigureAwait(false);
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        var reports = ImmutableArray.CreateBuilder<VerifyReport>();
        await foreach (var id in EnumerateAsync(workspace, null, cancellationToken).ConfigureAwait(false))
        {
            reports.Add(await directory.Get<IAgent>(id).VerifyAsync(cancellationToken).ConfigureAwait(false));
        }

        return reports.ToImmutable();
    }

    /// <summary>Ids of all agents of a workspace, its catalog included.</summary>
    internal async ValueTask<IReadOnlyList<AgentId>> ListIdsAsync(string workspace, CancellationToken cancellationToken)
    {
        var ids = new List<AgentId>();
        await foreach (var id in EnumerateAsync(workspace, null, cancellationToken).ConfigureAwait(false))
        {
            ids.Add(id);
        }

        await foreach (var id in EnumerateIndexesAsync(workspace, cancellationToken).ConfigureAwait(false))
        {
            ids.Add(id);
        }

        return ids;
    }

    // Agents that have the indexes of namespaces. They have no deltas, so nobody asks where they stand; what removes a workspace removes them.
    private async IAsyncEnumerable<AgentId> EnumerateIndexesAsync(
        string workspace, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var catalog = directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace));
        string? after = null;
        ImmutableArray<CatalogEntry> entries;
        do
        {
            entries = await catalog.ListAsync(AgentKind.Kv, after, Limits.PageCountMax, cancellationToken).ConfigureAwait(false);
            foreach (var entry in entries)
            {
                after = entry.Name;
                if (Kv.KvSettings.Of(entry).Indexes is { IsEmpty: false })
                {
                    yield return new AgentId(workspace, AgentKind.Views, entry.Name, Views.ViewCore.IndexPartition);
                }
            }
        }
        while (entries.Length == Limits.PageCountMax);
    }

    private async IAsyncEnumerable<AgentId> EnumerateAsync(
        string workspace, AgentKind? kind, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (kind is null or AgentKind.Catalog)
        {
            yield return SystemAgents.CatalogOf(workspace);
        }

        var catalog = directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace));
        if (kind is (null or AgentKind.Lifecycle) && await HasLifecycleAsync(catalog, workspace, cancellationToken).ConfigureAwait(false))
        {
            yield return SystemAgents.LifecycleOf(workspace);
        }

        foreach (var facet in Facets.Where(facet => kind is null || kind == facet))
        {
            string? after = null;
            while (true)
            {
                // What was removed is there as of earlier moments, so its agents belong to the workspace.
                var names = await catalog.ListAgentsAsync(facet, after, Limits.PageCountMax, cancellationToken).ConfigureAwait(false);
                foreach (var name in names)
                {
                    for (var partition = 0; partition < name.Count; partition++)
                    {
                        yield return new AgentId(workspace, facet, name.Name, partition);
                    }
                }

                if (names.Length < Limits.PageCountMax)
                {
                    break;
                }

                after = names[^1].Name;
            }
        }
    }

    private static async ValueTask<bool> HasLifecycleAsync(ICatalogAgent catalog, string workspace, CancellationToken cancellationToken) =>
        await catalog.FindAsync(AgentKind.Lifecycle, SystemAgents.LifecycleOf(workspace).Name, AsOf.Latest, cancellationToken).ConfigureAwait(false) is not null;

    private static IEnumerable<AgentId> PartitionsOf(string workspace, CatalogEntry entry) =>
        Enumerable.Range(0, Kv.KvPlacement.Of(entry).AgentCount)
            .Select(partition => new AgentId(workspace, entry.Kind, entry.Name, partition));
}
