using System.Collections.Immutable;
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
        return Start(workspace, "backup", store, (objects, progress, stop) => BackUpAsync(call, workspace, objects, progress, stop));
    }

    /// <inheritdoc/>
    public async ValueTask<OperationInfo> StartRestoreAsync(CallContext call, string workspace, string from, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Lifecycle, "backup"), Verb.Admin, cancellationToken).ConfigureAwait(false);
        if (workspace == WorkspaceService.DefaultName)
        {
            throw new TemporalException(ErrorKind.Conflict, ErrorCodes.WorkspaceExists, "The workspace 'default' is always there and may be written to meanwhile: restore it into a data folder that no server uses.");
        }

        await RequireAbsentAsync(workspace, cancellationToken).ConfigureAwait(false);
        var store = await OpenPresentAsync(from, cancellationToken).ConfigureAwait(false);
        try
        {
            _ = await FindIndexAsync(store.Objects, workspace, cancellationToken).ConfigureAwait(false) ?? throw NoBackup(workspace);
        }
        catch
        {
            await store.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return Start(workspace, "restore", store, (objects, progress, stop) => RestoreAsync(call, workspace, objects, progress, stop));
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

    private OperationInfo Start(string workspace, string process, IBackupStore store, Work work)
    {
        var operation = operations.Start(workspace, process, services.Clock.Next());
        services.Scheduler.Post(static state => _ = ((Run)state!).RunAsync(), new Run(this, operation, store, work));
        return operation;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Process} of workspace {Workspace} failed")]
    private partial void LogFailed(string process, string workspace, Exception failure);

    /// <summary>One run in the background; whatever happens ends up in the operation.</summary>
    private sealed class Run(BackupService service, OperationInfo operation, IBackupStore store, Work work) : IProgress<double>
    {
        public async Task RunAsync()
        {
            var ended = operation;
            try
            {
                var report = await work(store.Objects, this, service.stopping.Token).ConfigureAwait(false);
                ended = operation with { Status = OperationStatus.Succeeded, Progress = 1, Counts = CountsOf(report) };
            }
            catch (Exception failure)
            {
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
                service.operations.Report(ended);
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
