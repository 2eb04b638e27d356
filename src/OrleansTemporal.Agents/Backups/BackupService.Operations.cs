using System.Collections.Immutable;
using System.Text;
using Microsoft.Extensions.Logging;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Operations;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Backups;

/// <content>Runs in the background, into and from stores that the host has set aside for backups: folders, unless it has others.</content>
public sealed partial class BackupService
{
    private readonly IBackupStores stores;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stopping = new();

    private delegate ValueTask<BackupReport> Work(IObjectStore objects, IProgress<double> progress, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<OperationInfo> StartBackUpAsync(CallContext call, string workspace, string to, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Lifecycle, "backup"), Verb.Admin, cancellationToken).ConfigureAwait(false);
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        var store = (await stores.OpenAsync(Names.Validate(to, "to"), create: true, cancellationToken).ConfigureAwait(false))!;
        StartedOperation started;
        try
        {
            var request = new OperationRequest
            {
                Workspace = workspace,
                Process = "backup",
                Stamp = OperationStamps.Of(call, "post", $"backups/{workspace}", Encoding.UTF8.GetBytes(to)),
                Actor = call.Principal.Name,

                // Written down in the workspace it would change what is backed up.
                IsOfSystem = true,
            };
            started = await operations.StartAsync(request, services.Clock.Next(), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await store.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return await RunAsync(started, store, (objects, progress, stop) => BackUpAsync(call, workspace, objects, progress, stop)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<OperationInfo> StartRestoreAsync(CallContext call, string workspace, string from, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Lifecycle, "backup"), Verb.Admin, cancellationToken).ConfigureAwait(false);
        if (workspace == WorkspaceService.DefaultName)
        {
            throw new TemporalException(ErrorKind.Conflict, ErrorCodes.WorkspaceExists, "The workspace 'default' is always there and may be written to meanwhile: restore it into a data folder that no server uses.");
        }

        Names.Validate(workspace, "workspace");
        var request = new OperationRequest
        {
            Workspace = workspace,
            Process = "restore",
            Stamp = OperationStamps.Of(call, "post", $"restores/{workspace}", Encoding.UTF8.GetBytes(from)),
            Actor = call.Principal.Name,
            IsOfSystem = true,
            Check = () => RequireRestorableAsync(workspace, from, cancellationToken),
        };
        var started = await operations.StartAsync(request, services.Clock.Next(), cancellationToken).ConfigureAwait(false);
        if (!started.IsOurs)
        {
            return started.Info;
        }

        IBackupStore store;
        try
        {
            store = await OpenPresentAsync(from, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            operations.Forget(started.Info);
            throw;
        }

        return await RunAsync(started, store, (objects, progress, stop) => RestoreAsync(call, workspace, objects, started.Info.Id, progress, stop)).ConfigureAwait(false);
    }

    private async ValueTask RequireRestorableAsync(string workspace, string from, CancellationToken cancellationToken)
    {
        await RequireAbsentAsync(workspace, cancellationToken).ConfigureAwait(false);
        var store = await OpenPresentAsync(from, cancellationToken).ConfigureAwait(false);
        await using (store.ConfigureAwait(false))
        {
            _ = await FindIndexAsync(store.Objects, workspace, cancellationToken).ConfigureAwait(false) ?? throw NoBackup(workspace);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<BackupReport> DescribeAsync(CallContext call, string workspace, string name, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Lifecycle, "backup"), Verb.Read, cancellationToken).ConfigureAwait(false);
        var store = await OpenPresentAsync(name, cancellationToken).ConfigureAwait(false);
        await using (store.ConfigureAwait(false))
        {
            return await DescribeAsync(store.Objects, workspace, cancellationToken).ConfigureAwait(false) ?? throw NoBackup(workspace);
        }
    }

    /// <summary>Ends what runs; a backup that was cut short is the one before, a restore is none.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await running.EnterAsync(CancellationToken.None).ConfigureAwait(false);
        running.Exit();
        stopping.Dispose();
    }

    private static TemporalException NoBackup(string workspace) =>
        new(ErrorKind.NotFound, ErrorCodes.BackupNotFound, $"There is no backup of '{workspace}' there.");

    private async ValueTask<IBackupStore> OpenPresentAsync(string name, CancellationToken cancellationToken) =>
        await stores.OpenAsync(Names.Validate(name, "from"), create: false, cancellationToken).ConfigureAwait(false)
            ?? throw new TemporalException(ErrorKind.NotFound, ErrorCodes.BackupNotFound, $"There is no backup '{name}'.");

    private async ValueTask<OperationInfo> RunAsync(StartedOperation started, IBackupStore store, Work work)
    {
        if (started.IsOurs)
        {
            services.Scheduler.Post(static state => _ = ((Run)state!).RunAsync(), new Run(this, started, store, work));
        }
        else
        {
            await store.DisposeAsync().ConfigureAwait(false);
        }

        return started.Info;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Process} of workspace {Workspace} failed")]
    private partial void LogFailed(string process, string workspace, Exception failure);

    /// <summary>One run in the background; whatever happens ends up in the operation.</summary>
    private sealed class Run(BackupService service, StartedOperation started, IBackupStore store, Work work) : IProgress<double>
    {
        private readonly OperationInfo operation = started.Info;

        public async Task RunAsync()
        {
            var ended = operation;
            var isCutShort = false;
            try
            {
                var report = await work(store.Objects, this, service.stopping.Token).ConfigureAwait(false);
                ended = operation with { Status = OperationStatus.Succeeded, Progress = 1, Counts = CountsOf(report) };
            }
            catch (Exception failure)
            {
                isCutShort = failure is OperationCanceledException or TemporalException { Kind: ErrorKind.Unavailable };
                service.LogFailed(operation.Process, operation.Workspace, failure);
                ended = operation with
                {
                    Status = OperationStatus.Failed,
                    Progress = 1,
                    Fault = failure is TemporalException ? failure.Message
                        : failure is OperationCanceledException ? "The process was stopped."
                        : "It failed; the server's log says how.",
                };
            }
            finally
            {
                await store.DisposeAsync().ConfigureAwait(false);
                await service.operations.EndAsync(started, ended, isCutShort, service.logger).ConfigureAwait(false);
            }
        }

        public void Report(double value) => service.operations.Report(operation with { Progress = value });

        private static ImmutableSortedDictionary<string, long> CountsOf(BackupReport report) => ImmutableSortedDictionary.CreateRange(
            StringComparer.Ordinal,
            [
                KeyValuePair.Create("agents", (long)report.Agents.Length),
                KeyValuePair.Create("deltas", report.DeltaCount),
                KeyValuePair.Create("objectsCopied", report.ObjectsCopied),
                KeyValuePair.Create("bytesCopied", report.BytesCopied),
                KeyValuePair.Create("objectsKept", report.ObjectsKept),
                KeyValuePair.Create("objectsRemoved", report.ObjectsRemoved),
            ]);
    }
}
