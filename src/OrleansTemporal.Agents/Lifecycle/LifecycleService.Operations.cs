using System.Text;
using Microsoft.Extensions.Logging;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Operations;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Lifecycle;

public sealed partial class LifecycleService
{
    /// <inheritdoc/>
    public async ValueTask<OperationInfo> StartAsync(CallContext call, string workspace, LifecycleProcess process, bool isDryRun, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Lifecycle, LifecycleProcesses.NameOf(process)), isDryRun ? Verb.Read : Verb.Admin, cancellationToken)
            .ConfigureAwait(false);
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        var name = LifecycleProcesses.NameOf(process);
        var request = new OperationRequest
        {
            Workspace = workspace,
            Process = name,
            Stamp = OperationStamps.Of(call, "post", $"lifecycle/{workspace}/runs", Encoding.UTF8.GetBytes($"{name} {isDryRun}")),
            Actor = call.Principal.Name,
        };
        var started = await operations.StartAsync(request, services.Clock.Next(), cancellationToken).ConfigureAwait(false);
        if (started.IsOurs)
        {
            services.Scheduler.Post(static state => _ = ((BackgroundRun)state!).RunAsync(), new BackgroundRun(this, call, started, process, isDryRun));
        }

        return started.Info;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The {Process} of workspace {Workspace} failed")]
    private partial void LogRunFailed(string process, string workspace, Exception failure);

    /// <summary>One run in the background; whatever happens ends up in the operation.</summary>
    private sealed class BackgroundRun(LifecycleService service, CallContext call, StartedOperation started, LifecycleProcess process, bool isDryRun) : IProgress<double>
    {
        private readonly OperationInfo operation = started.Info;

        public async Task RunAsync()
        {
            OperationInfo ended;
            var isCutShort = false;
            try
            {
                var report = await service.RunAsync(call, operation.Workspace, process, isDryRun, this, service.stopping.Token).ConfigureAwait(false);
                ended = operation with { Progress = 1, Status = OperationStatus.Succeeded, Counts = report.Counts, Savings = report.Savings, Garbage = report.Garbage };
            }
            catch (Exception failure)
            {
                service.LogRunFailed(operation.Process, operation.Workspace, failure);
                var fault = failure is TemporalException ? failure.Message
                    : failure is OperationCanceledException ? "The process was stopped; the next run goes on where this one was."
                    : "The run itself failed; the server's log says how.";
                ended = operation with { Progress = 1, Status = OperationStatus.Failed, Fault = fault };
                isCutShort = failure is OperationCanceledException or TemporalException { Kind: ErrorKind.Unavailable };
            }

            await service.operations.EndAsync(started, ended, isCutShort, service.logger).ConfigureAwait(false);
        }

        public void Report(double value) => service.operations.Report(operation with { Progress = Math.Min(value, 1) });
    }
}
