using Microsoft.Extensions.Logging;
using OrleansTemporal.Errors;
using OrleansTemporal.Operations;

namespace OrleansTemporal.Agents;

public sealed partial class AgentService
{
    [LoggerMessage(Level = LogLevel.Error, Message = "Verification of workspace {Workspace} failed")]
    private partial void LogVerifyFailed(string workspace, Exception failure);

    /// <summary>One verification in the background; whatever happens ends up in the operation.</summary>
    private sealed class VerifyRun(AgentService service, StartedOperation started)
    {
        public async Task RunAsync()
        {
            var info = started.Info;
            var (agents, deltas, segments) = (0L, 0L, 0L);
            string? fault = null;
            var isCutShort = false;
            try
            {
                var all = await service.ListIdsAsync(info.Workspace, CancellationToken.None).ConfigureAwait(false);
                foreach (var id in all)
                {
                    var report = await service.directory.Get<IAgent>(id).VerifyAsync(CancellationToken.None).ConfigureAwait(false);
                    (agents, deltas, segments) = (agents + 1, deltas + report.DeltaCount, segments + report.SegmentCount);
                    fault ??= report.Fault;
                    info = With(info, agents, deltas, segments) with { Progress = (double)agents / all.Count };
                    service.operations.Report(info);
                }
            }
            catch (Exception failure)
            {
                fault = failure is TemporalException ? failure.Message : "The verification itself failed; the server's log says how.";
                isCutShort = failure is TemporalException { Kind: ErrorKind.Unavailable };
                service.LogVerifyFailed(info.Workspace, failure);
            }

            var ended = With(info, agents, deltas, segments) with
            {
                Progress = 1,
                Status = fault is null ? OperationStatus.Succeeded : OperationStatus.Failed,
                Fault = fault,
            };
            await service.operations.EndAsync(started, ended, isCutShort, service.logger).ConfigureAwait(false);
        }

        private static OperationInfo With(OperationInfo info, long agents, long deltas, long segments) => info with
        {
            Counts = info.Counts.SetItem("agents", agents).SetItem("deltas", deltas).SetItem("segments", segments),
        };
    }
}
