using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Workspaces;

/// <summary>
/// Makes, describes and removes workspaces. Their registry is a catalog agent of the system's own workspace, so it has
/// history like everything else. <c>default</c> exists from the start.
/// </summary>
public sealed class WorkspaceService
{
    /// <summary>The workspace that needs no making.</summary>
    public const string DefaultName = "default";

    private readonly AccessGate access;
    private readonly ICatalogAgent registry;
    private readonly IWorkspaceRemover remover;
    private readonly FacadeLease lease;
    private readonly ConcurrentDictionary<string, Known> known = new(StringComparer.Ordinal);

    /// <summary>Makes the facade over a directory.</summary>
    public WorkspaceService(IAgentDirectory directory, AccessGate access, IWorkspaceRemover remover, FacadeLease lease)
    {
        this.access = access;
        this.remover = remover;
        this.lease = lease;
        registry = directory.Get<ICatalogAgent>(SystemAgents.WorkspaceRegistry);
    }

    /// <summary>Workspaces in name order, behind <paramref name="after"/>; <c>default</c> is always among them.</summary>
    public async ValueTask<ImmutableArray<WorkspaceInfo>> ListAsync(
        CallContext call, string? after, int limit, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource("", AgentKind.Workspaces, ""), Verb.Read, cancellationToken).ConfigureAwait(false);
        var entries = await registry.ListAsync(AgentKind.Workspaces, after, limit, cancellationToken).ConfigureAwait(false);
        var infos = entries.Select(WorkspaceInfo.Of).ToList();
        if (string.CompareOrdinal(DefaultName, after) > 0 && !infos.Exists(info => info.Name == DefaultName))
        {
            infos.Add(new WorkspaceInfo { Name = DefaultName });
            infos.Sort(static (left, right) => string.CompareOrdinal(left.Name, right.Name));
        }

        return [.. infos.Take(limit)];
    }

    /// <summary>The names of all workspaces in order, a page at a time, for what looks after each of them.</summary>
    public async IAsyncEnumerable<string> ListAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        while (true)
        {
            var page = await ListAsync(CallContext.Local, after, Limits.PageCountMax, cancellationToken).ConfigureAwait(false);
            foreach (var workspace in page)
            {
                yield return workspace.Name;
            }

            if (page.Length < Limits.PageCountMax)
            {
                yield break;
            }

            after = page[^1].Name;
        }
    }

    /// <summary>One workspace.</summary>
    /// <exception cref="TemporalException">NotFound, <c>workspace_not_found</c>.</exception>
    public async ValueTask<WorkspaceInfo> GetAsync(CallContext call, string name, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(name, AgentKind.Workspaces, name), Verb.Read, cancellationToken).ConfigureAwait(false);
        return await FindAsync(name, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a workspace, or changes its settings.</summary>
    public async ValueTask<CatalogChangeResult> PutAsync(CallContext call, WorkspaceInfo workspace, CancellationToken cancellationToken)
    {
        Names.Validate(workspace.Name, "workspace");
        await access.EnterAsync(call, new Resource(workspace.Name, AgentKind.Workspaces, workspace.Name), Verb.Admin, cancellationToken).ConfigureAwait(false);
        if (workspace.DataKey is not (DataKeyPolicy.Inherit or DataKeyPolicy.None or DataKeyPolicy.Own))
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, "The data key setting of a workspace is 'none' or 'own'.") { Field = "dataKey" };
        }

        var present = await registry.FindAsync(AgentKind.Workspaces, workspace.Name, AsOf.Latest, cancellationToken).ConfigureAwait(false);
        if (present is null && workspace.Name != DefaultName)
        {
            // A removal of the same name may have been cut short by a crash; nothing of it may come back.
            await remover.RemoveAsync(workspace.Name, cancellationToken).ConfigureAwait(false);
        }

        if (workspace.DataKey == DataKeyPolicy.Inherit)
        {
            // Nobody stops encrypting by saying something about durability.
            workspace = workspace with { DataKey = present is null ? DataKeyPolicy.None : WorkspaceInfo.Of(present).DataKey };
        }

        workspace = workspace with { RestoredBy = present is null ? "" : WorkspaceInfo.Of(present).RestoredBy };
        return await ChangeAsync(call, workspace, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Says that a workspace exists whose agents are there already.</summary>
    internal async ValueTask RegisterAsync(CallContext call, WorkspaceInfo workspace, CancellationToken cancellationToken) =>
        await ChangeAsync(call with { IdempotencyKey = null }, workspace, cancellationToken).ConfigureAwait(false);

    /// <summary>Whether the registry names a workspace.</summary>
    internal async ValueTask<bool> ExistsAsync(string name, CancellationToken cancellationToken) =>
        await registry.FindAsync(AgentKind.Workspaces, name, AsOf.Latest, cancellationToken).ConfigureAwait(false) is not null;

    /// <summary>Whether this operation has brought a workspace back that is there.</summary>
    internal async ValueTask<bool> IsRestoredByAsync(string name, string operation, CancellationToken cancellationToken) =>
        await registry.FindAsync(AgentKind.Workspaces, name, AsOf.Latest, cancellationToken).ConfigureAwait(false) is { } entry
        && WorkspaceInfo.Of(entry).RestoredBy == operation;

    private async ValueTask<CatalogChangeResult> ChangeAsync(CallContext call, WorkspaceInfo workspace, CancellationToken cancellationToken)
    {
        var settings = Serialize(workspace);
        var readAt = lease.Now;
        var result = await registry.ChangeAsync(
            new CatalogChange
            {
                Kind = AgentKind.Workspaces,
                Name = workspace.Name,
                Settings = settings,
                Operation = Operations.OperationStamps.Of(call, "put", $"workspaces/{workspace.Name}", settings.Span),
                Actor = call.Principal.Name,
            },
            cancellationToken).ConfigureAwait(false);
        Know(WorkspaceInfo.Of(result.Entry), readAt);
        remover.Forget(workspace.Name);
        return result;
    }

    /// <summary>
    /// Removes a workspace with all that is in it. Irreversible; the removal itself stays in the registry's history. With an
    /// idempotency key a removal that a crash has cut short is completed, and a workspace that was made since stays.
    /// </summary>
    /// <exception cref="TemporalException">NotFound; Conflict, <c>workspace_protected</c>, for <c>default</c>.</exception>
    public async ValueTask<Receipt> DeleteAsync(CallContext call, string name, CancellationToken cancellationToken)
    {
        Names.Validate(name, "workspace");
        await access.EnterAsync(call, new Resource(name, AgentKind.Workspaces, name), Verb.Admin, cancellationToken).ConfigureAwait(false);
        if (name == DefaultName)
        {
            throw new TemporalException(ErrorKind.Conflict, ErrorCodes.WorkspaceProtected, "The workspace 'default' always exists.");
        }

        if (call.IdempotencyKey is null)
        {
            await FindAsync(name, cancellationToken).ConfigureAwait(false);
        }

        var result = await registry.ChangeAsync(
            new CatalogChange
            {
                Kind = AgentKind.Workspaces,
                Name = name,
                Remove = true,
                Operation = Operations.OperationStamps.Of(call, "delete", $"workspaces/{name}", []),
                Actor = call.Principal.Name,
            },
            cancellationToken).ConfigureAwait(false);
        var receipt = result.Receipt ?? throw NotFound(name);
        if (await ExistsAsync(name, cancellationToken).ConfigureAwait(false))
        {
            // The removal came again, and somebody has made a workspace of this name since.
            return receipt;
        }

        known.TryRemove(name, out _);
        await lease.WhenOverAsync(cancellationToken).ConfigureAwait(false);
        await remover.RemoveAsync(name, cancellationToken).ConfigureAwait(false);
        return receipt;
    }

    /// <summary>The workspace, from memory when it was asked for before.</summary>
    internal ValueTask<WorkspaceInfo> FindAsync(string name, CancellationToken cancellationToken) =>
        known.TryGetValue(name, out var found) && lease.IsFresh(found.ReadAt) ? new(found.Info) : LoadAsync(name, cancellationToken);

    /// <summary>When the workspace was read that <see cref="FindAsync"/> answers with.</summary>
    internal long ReadAt(string name) => known.TryGetValue(name, out var found) ? found.ReadAt : 0;

    /// <summary>Whether what was read then is good still.</summary>
    internal bool IsFresh(long readAt) => lease.IsFresh(readAt);

    private async ValueTask<WorkspaceInfo> LoadAsync(string name, CancellationToken cancellationToken)
    {
        if (!Names.IsValid(name))
        {
            throw NotFound(name);
        }

        var readAt = lease.Now;
        var entry = await registry.FindAsync(AgentKind.Workspaces, name, AsOf.Latest, cancellationToken).ConfigureAwait(false);
        var info = entry is not null ? WorkspaceInfo.Of(entry)
            : name == DefaultName ? new WorkspaceInfo { Name = DefaultName }
            : throw Unknown(name);
        return Know(info, readAt);
    }

    private TemporalException Unknown(string name)
    {
        known.TryRemove(name, out _);
        return NotFound(name);
    }

    // Whoever read an older one must not put it back.
    private WorkspaceInfo Know(WorkspaceInfo info, long readAt) =>
        known.AddOrUpdate(info.Name, new Known(info, readAt), (_, present) => present.Info.Sequence > info.Sequence ? present : new Known(info, readAt)).Info;

    private static TemporalException NotFound(string name) =>
        new(ErrorKind.NotFound, ErrorCodes.WorkspaceNotFound, $"There is no workspace '{name}'.") { Field = "workspace" };

    private static ReadOnlyMemory<byte> Serialize(WorkspaceInfo workspace)
    {
        var durability = workspace.Durability == Durability.Buffered ? "buffered" : "durable";
        var dataKey = workspace.DataKey == DataKeyPolicy.Own ? "\"dataKey\":\"own\"," : "";
        var restoredBy = workspace.RestoredBy.Length > 0 ? $",\"restoredBy\":\"{workspace.RestoredBy}\"" : "";
        return System.Text.Encoding.UTF8.GetBytes($"{{{dataKey}\"durability\":\"{durability}\"{restoredBy}}}");
    }

    private sealed record Known(WorkspaceInfo Info, long ReadAt);
}
