using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using OrleansTemporal.Operations;
using OrleansTemporal.Storage.Hosting;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Backups;

/// <summary>
/// Copies workspaces to another store while they are used, and back. A backup has the objects that the manifests of its
/// agents name and nothing else, so what was erased is gone from it at its next run; data keys are never in it. Objects
/// are immutable, so each run copies only what the one before has not.
/// </summary>
public sealed partial class BackupService : IBackups, IAsyncDisposable
{
    // A run settles when nothing was made, removed or moved in the workspace meanwhile; what is copied again is little.
    private const int PassesMax = 20;

    private readonly IAgentHost directory;
    private readonly AgentServices services;
    private readonly AccessGate access;
    private readonly WorkspaceService workspaces;
    private readonly AgentService agents;
    private readonly OperationService operations;
    private readonly IWorkspaceRemover remover;
    private readonly TurnGate running;

    internal BackupService(
        IAgentHost directory,
        AgentServices services,
        AccessGate access,
        WorkspaceService workspaces,
        AgentService agents,
        OperationService operations,
        IWorkspaceRemover remover,
        IBackupStores stores)
    {
        this.directory = directory;
        this.services = services;
        this.access = access;
        this.workspaces = workspaces;
        this.agents = agents;
        this.operations = operations;
        this.remover = remover;
        this.stores = stores;
        running = new TurnGate(services.Scheduler);
        logger = services.Loggers.CreateLogger<BackupService>();
    }

    /// <summary>Brings a workspace's backup in another store up to date, or makes it. One run at a time in a process.</summary>
    /// <param name="call">Who asks; needs the right to administer the workspace.</param>
    /// <param name="workspace">What is copied.</param>
    /// <param name="target">Where to; it may hold backups of other workspaces too.</param>
    /// <param name="progress">Told the share that is done, from 0 to 1; may be null.</param>
    /// <param name="cancellationToken">Ends the run; the backup before stays whole.</param>
    /// <exception cref="TemporalException">NotFound, <c>workspace_not_found</c>; Unavailable, <c>backup_unsettled</c>, when namespaces came or moved all the time, or <c>storage_failed</c>.</exception>
    public async ValueTask<BackupReport> BackUpAsync(
        CallContext call, string workspace, IObjectStore target, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Lifecycle, "backup"), Verb.Admin, cancellationToken).ConfigureAwait(false);
        await running.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var info = await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
            var copier = await ObjectCopier.BeginAsync(services.Objects, target, workspace, cancellationToken).ConfigureAwait(false);
            var instant = services.Clock.Next();
            var saved = await SettleAsync(copier, workspace, progress, cancellationToken).ConfigureAwait(false);
            var index = new BackupIndex { Workspace = info, SystemTime = instant, Agents = saved };
            await PutIndexAsync(target, index, cancellationToken).ConfigureAwait(false);
            var removed = await copier.RemoveOthersAsync(BackupIndex.PathOf(workspace), cancellationToken).ConfigureAwait(false);
            progress?.Report(1);
            return ReportOf(index, copier) with { ObjectsRemoved = removed };
        }
        finally
        {
            running.Exit();
        }
    }

    /// <summary>What the backup of a workspace holds; null when the store has none.</summary>
    /// <exception cref="TemporalException">Corrupt, when its index can't be read; Invalid, <c>format_too_new</c>.</exception>
    public static async ValueTask<BackupReport?> DescribeAsync(IObjectStore source, string workspace, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        return await FindIndexAsync(source, workspace, cancellationToken).ConfigureAwait(false) is { } index
            ? new BackupReport { Workspace = workspace, SystemTime = index.SystemTime, Agents = [.. index.Agents.Select(static agent => agent.Agent)] }
            : null;
    }

    // Agents move slots only between two entries of the catalog, so when it stands where it stood, the copies fit together.
    private async ValueTask<ImmutableArray<(BackedUpAgent, string)>> SettleAsync(
        ObjectCopier copier, string workspace, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var catalog = SystemAgents.CatalogOf(workspace);
        for (var pass = 0; pass < PassesMax; pass++)
        {
            await FinishMovesAsync(workspace, cancellationToken).ConfigureAwait(false);
            var before = (await directory.Get<ICatalogAgent>(catalog).GetStatusAsync(cancellationToken).ConfigureAwait(false)).Sequence;
            var saved = ImmutableArray.CreateBuilder<(BackedUpAgent Agent, string Manifest)>();
            var ids = await agents.ListIdsAsync(workspace, cancellationToken).ConfigureAwait(false);
            foreach (var id in ids.OrderBy(id => id == catalog))
            {
                if (await SaveAsync(copier, id, cancellationToken).ConfigureAwait(false) is { } one)
                {
                    saved.Add(one);
                }

                progress?.Report((double)saved.Count / (ids.Count + 1));
            }

            if (saved.Count == 0 || (saved[^1].Agent is { } last && last.Agent == catalog && last.Sequence == before))
            {
                return saved.ToImmutable();
            }
        }

        throw new TemporalException(ErrorKind.Unavailable, ErrorCodes.BackupUnsettled, $"Namespaces of '{workspace}' were made, changed or moved all the time; the backup before is as it was.")
        {
            RetryAfter = TimeSpan.FromSeconds(10),
        };
    }

    private async ValueTask FinishMovesAsync(string workspace, CancellationToken cancellationToken)
    {
        var catalog = directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace));
        var mover = new KvMover(directory);
        string? after = null;
        while (true)
        {
            var entries = await catalog.ListAsync(AgentKind.Kv, after, Limits.PageCountMax, cancellationToken).ConfigureAwait(false);
            foreach (var entry in entries)
            {
                await mover.FinishAsync(workspace, entry, cancellationToken).ConfigureAwait(false);
            }

            if (entries.Length < Limits.PageCountMax)
            {
                return;
            }

            after = entries[^1].Name;
        }
    }

    // Null for an agent of which there is nothing to copy.
    private async ValueTask<(BackedUpAgent Agent, string Manifest)?> SaveAsync(ObjectCopier copier, AgentId id, CancellationToken cancellationToken)
    {
        var agent = directory.Get<IAgent>(id);
        var sequence = (await agent.GetStatusAsync(cancellationToken).ConfigureAwait(false)).Sequence;
        if (sequence == 0)
        {
            return null;
        }

        while ((await agent.GetStatusAsync(cancellationToken).ConfigureAwait(false)).SealedThrough < sequence)
        {
            await directory.MaintainAsync(id, new MaintenanceBudget { SealEverything = true, AllowMerges = false }, cancellationToken).ConfigureAwait(false);
        }

        if (id.Kind == AgentKind.Kv)
        {
            // What was erased before must not come into the backup once more.
            await directory.Get<IStorageAgent>(id).WhenPurgedAsync(cancellationToken).ConfigureAwait(false);
        }

        for (var tried = 0L; ;)
        {
            var manifest = (await services.Manifests.LoadAsync(id, cancellationToken).ConfigureAwait(false)
                ?? throw new TemporalException(ErrorKind.NotFound, ErrorCodes.WorkspaceNotFound, $"{id} was removed meanwhile.")).Manifest;
            try
            {
                foreach (var path in ObjectsOf(manifest))
                {
                    await copier.CopyAsync(path, cancellationToken).ConfigureAwait(false);
                }
            }
            catch (TemporalException gone) when (gone.Kind == ErrorKind.NotFound && manifest.Version != tried)
            {
                // A merge has replaced it; the newest manifest names what stands for it.
                tried = manifest.Version;
                continue;
            }

            var at = PathOf(manifest);
            await copier.WriteAsync(at, ManifestStore.Encode(manifest with { Collectable = [] }), cancellationToken).ConfigureAwait(false);
            return (new BackedUpAgent(id, manifest.SealedThrough, manifest.Root), at);
        }
    }

    // Each version under a path of its own, so that the index before keeps those that it names.
    private static string PathOf(Manifest manifest) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{SealedPaths.ManifestOf(manifest.Agent)}-{manifest.Version:d20}-{manifest.OperationId:x32}");

    private static IEnumerable<string> ObjectsOf(Manifest manifest) =>
        manifest.Segments.Select(static segment => segment.ObjectPath)
            .Concat(manifest.Runs.Select(static run => run.ObjectPath))
            .Concat(manifest.Pins.Select(static pin => pin.ObjectPath))
            .Distinct(StringComparer.Ordinal);

    private static async ValueTask<BackupIndex?> FindIndexAsync(IObjectStore source, string workspace, CancellationToken cancellationToken)
    {
        Names.Validate(workspace, "workspace");
        var path = BackupIndex.PathOf(workspace);
        return await source.GetAsync(path, cancellationToken).ConfigureAwait(false) is { } stored ? BackupIndex.Decode(stored.Content, path) : null;
    }

    private static async ValueTask PutIndexAsync(IObjectStore target, BackupIndex index, CancellationToken cancellationToken)
    {
        var path = BackupIndex.PathOf(index.Workspace.Name);
        var present = await target.GetAsync(path, cancellationToken).ConfigureAwait(false);
        if (await target.PutIfMatchAsync(path, index.Encode(), present?.Tag, cancellationToken).ConfigureAwait(false) is null)
        {
            throw new TemporalException(ErrorKind.Conflict, ErrorCodes.BackupInUse, $"Somebody else has written '{path}' meanwhile.");
        }
    }

    private static BackupReport ReportOf(BackupIndex index, ObjectCopier copier) => new()
    {
        Workspace = index.Workspace.Name,
        SystemTime = index.SystemTime,
        Agents = [.. index.Agents.Select(static agent => agent.Agent)],
        ObjectsCopied = copier.ObjectsCopied,
        BytesCopied = copier.BytesCopied,
        ObjectsKept = copier.ObjectsKept,
    };
}
