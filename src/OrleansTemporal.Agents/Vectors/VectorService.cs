using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Vectors;

/// <summary>
/// Vectors by collection and id, and their nearest neighbours: routes to partitions and gathers from them. Written once
/// against <see cref="IAgentDirectory"/>, so it serves a process, a silo and a cluster client alike. Thread-safe.
/// </summary>
public sealed partial class VectorService
{
    private readonly IAgentDirectory directory;
    private readonly AccessGate access;
    private readonly WorkspaceService workspaces;
    private readonly KvService documents;
    private readonly HybridClock clock;

    /// <summary>Makes the facade over a directory.</summary>
    /// <param name="directory">Leads to agents.</param>
    /// <param name="access">Who may do what.</param>
    /// <param name="workspaces">Which workspaces there are.</param>
    /// <param name="documents">Knows the documents that vectors follow from.</param>
    /// <param name="clock">Of this process.</param>
    public VectorService(IAgentDirectory directory, AccessGate access, WorkspaceService workspaces, KvService documents, HybridClock clock)
    {
        this.directory = directory;
        this.access = access;
        this.workspaces = workspaces;
        this.documents = documents;
        this.clock = clock;
    }

    /// <summary>Reads one vector, now or as of a moment.</summary>
    /// <exception cref="TemporalException">NotFound, <c>collection_not_found</c>; Invalid, <c>as_of_in_future</c>.</exception>
    public async ValueTask<VectorReadResult> GetAsync(
        CallContext call, string workspace, string collection, string id, AsOf asOf, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Vectors, collection), Verb.Read, cancellationToken).ConfigureAwait(false);
        EntityKeys.Validate(id, "id");
        var route = await RequireAsync(workspace, collection, asOf, cancellationToken).ConfigureAwait(false);
        return await route.AgentOf(id).GetAsync(route.Entry.Sequence, id, asOf, cancellationToken).ConfigureAwait(false);
    }

    // A sequence is the agent's, so the collection is the newest one.
    private async ValueTask<VectorRoute> RequireAsync(string workspace, string collection, AsOf asOf, CancellationToken cancellationToken)
    {
        Names.Validate(collection, "collection");
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        var entry = await directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace))
            .FindAsync(AgentKind.Vectors, collection, asOf.Sequence is null ? asOf : AsOf.Latest, cancellationToken).ConfigureAwait(false)
            ?? throw new TemporalException(ErrorKind.NotFound, ErrorCodes.CollectionNotFound, $"There is no collection '{collection}'.") { Field = "collection" };
        return new VectorRoute(directory, workspace, entry);
    }
}
