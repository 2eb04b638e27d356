using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Backups;

/// <content>The way back.</content>
public sealed partial class BackupService
{
    /// <summary>
    /// Brings a workspace back that is not there: copies it, reads every chain to its end and compares every root with the
    /// one in the backup, and only then says that the workspace exists. A restore that was cut short leaves a workspace that
    /// does not exist, and begins anew when it is asked for again.
    /// </summary>
    /// <param name="call">Who asks; needs the right to administer the workspace.</param>
    /// <param name="workspace">What is restored. <c>default</c> is there always; it must be empty, and nobody may write to it meanwhile.</param>
    /// <param name="source">Where the backup is.</param>
    /// <param name="progress">Told the share that is done, from 0 to 1; may be null.</param>
    /// <param name="cancellationToken">Ends the restore; nothing of it counts then.</param>
    /// <exception cref="TemporalException">NotFound, <c>backup_not_found</c>; Conflict, <c>workspace_exists</c>; Corrupt, when something does not verify, and then nothing of it stays.</exception>
    public ValueTask<BackupReport> RestoreAsync(
        CallContext call, string workspace, IObjectStore source, IProgress<double>? progress, CancellationToken cancellationToken) =>
        RestoreAsync(call, workspace, source, "", progress, cancellationToken);

    // A restore that runs once more, because nobody knows how far it came, finds by its operation that it came to its end.
    internal async ValueTask<BackupReport> RestoreAsync(
        CallContext call, string workspace, IObjectStore source, string operation, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Lifecycle, "backup"), Verb.Admin, cancellationToken).ConfigureAwait(false);
        await running.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var index = await FindIndexAsync(source, workspace, cancellationToken).ConfigureAwait(false)
                ?? throw new TemporalException(ErrorKind.NotFound, ErrorCodes.BackupNotFound, $"There is no backup of '{workspace}'.") { Field = "from" };
            if (operation.Length > 0 && await workspaces.IsRestoredByAsync(workspace, operation, cancellationToken).ConfigureAwait(false))
            {
                progress?.Report(1);
                return (await DescribeAsync(source, workspace, cancellationToken).ConfigureAwait(false))!;
            }

            await RequireAbsentAsync(workspace, cancellationToken).ConfigureAwait(false);

            // Leftovers of a removal, or of a restore that was cut short, must not mix with what comes.
            await remover.ClearAsync(workspace, cancellationToken).ConfigureAwait(false);
            try
            {
                ObjectCopier copier;
                using (services.Closed.Close(workspace))
                {
                    // Whoever looked at the workspace while it was empty must not be believed when everything is there.
                    await directory.RemoveAsync(workspace, cancellationToken).ConfigureAwait(false);
                    copier = await CopyBackAsync(index, source, progress, cancellationToken).ConfigureAwait(false);
                }

                await CompareAsync(index, progress, cancellationToken).ConfigureAwait(false);
                await workspaces.RegisterAsync(call, index.Workspace with { RestoredBy = operation }, cancellationToken).ConfigureAwait(false);
                progress?.Report(1);
                return ReportOf(index, copier);
            }
            catch
            {
                await remover.ClearAsync(workspace, CancellationToken.None).ConfigureAwait(false);
                throw;
            }
        }
        finally
        {
            running.Exit();
        }
    }

    private async ValueTask RequireAbsentAsync(string workspace, CancellationToken cancellationToken)
    {
        var exists = await workspaces.ExistsAsync(workspace, cancellationToken).ConfigureAwait(false);
        if (workspace == WorkspaceService.DefaultName)
        {
            var catalog = directory.Get<Catalog.ICatalogAgent>(SystemAgents.CatalogOf(workspace));
            exists = (await catalog.GetStatusAsync(cancellationToken).ConfigureAwait(false)).Sequence > 0;
        }

        if (exists)
        {
            throw new TemporalException(ErrorKind.Conflict, ErrorCodes.WorkspaceExists, $"The workspace '{workspace}' is there. A restore writes over nothing.") { Field = "workspace" };
        }
    }

    private async ValueTask<ObjectCopier> CopyBackAsync(BackupIndex index, IObjectStore source, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var copier = await ObjectCopier.BeginAsync(source, services.Objects, index.Workspace.Name, cancellationToken).ConfigureAwait(false);
        var done = 0;
        foreach (var (agent, path) in index.Agents)
        {
            var stored = await source.GetAsync(path, cancellationToken).ConfigureAwait(false) ?? throw Damaged(agent, $"'{path}' is missing");
            var manifest = ManifestStore.Decode(stored.Content, agent.Agent, path);
            if (manifest.SealedThrough != agent.Sequence || manifest.Root != agent.Root)
            {
                throw Damaged(agent, $"'{path}' ends at {manifest.SealedThrough} with root {manifest.Root}");
            }

            foreach (var name in ObjectsOf(manifest))
            {
                try
                {
                    await copier.CopyAsync(name, cancellationToken).ConfigureAwait(false);
                }
                catch (TemporalException missing) when (missing.Kind == ErrorKind.NotFound)
                {
                    throw Damaged(agent, $"'{name}' is missing");
                }
            }

            // Owners are counted by the logs that they own, and those begin here.
            var copied = services.Logs.AreShared ? manifest with { Epoch = 0 } : manifest;
            await copier.WriteAsync(SealedPaths.ManifestOf(agent.Agent), ManifestStore.Encode(copied), cancellationToken).ConfigureAwait(false);
            progress?.Report(++done / (2.0 * index.Agents.Length));
        }

        return copier;
    }

    private async ValueTask CompareAsync(BackupIndex index, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var done = 0;
        foreach (var (agent, _) in index.Agents)
        {
            var report = await directory.Get<IAgent>(agent.Agent).VerifyAsync(cancellationToken).ConfigureAwait(false);
            if (report.Fault is { } fault)
            {
                throw Damaged(agent, fault);
            }

            if (report.Root != agent.Root)
            {
                throw Damaged(agent, $"its deltas lead to root {report.Root}");
            }

            progress?.Report(0.5 + (++done / (2.0 * index.Agents.Length)));
        }
    }

    private static TemporalException Damaged(BackedUpAgent agent, string what) =>
        new(ErrorKind.Corrupt, ErrorCodes.Corrupt, $"The backup of {agent.Agent}, {agent.Sequence} deltas with root {agent.Root}, does not verify: {what}.");
}
