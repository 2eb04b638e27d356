using System.Runtime.CompilerServices;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Operations;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Targets;

internal sealed partial class FolderTarget
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    public Task<bool> IsReadyAsync(CancellationToken cancellationToken) => Task.FromResult(database.IsReady);

    public async Task<Verification> VerifyAsync(IProgress<double> progress, CancellationToken cancellationToken)
    {
        var operation = await database.Agents.StartVerifyAsync(Call, workspace, cancellationToken);
        while (operation.Status == OperationStatus.Running)
        {
            progress.Report(operation.Progress);
            await Task.Delay(PollInterval, cancellationToken);
            operation = await database.Operations.GetAsync(Call, workspace, operation.Id, cancellationToken)
                ?? throw new TemporalException(ErrorKind.Internal, "operation_lost", "The verification is no longer known.");
        }

        return new Verification(operation.Status == OperationStatus.Succeeded && operation.Fault is null, operation.Counts, operation.Fault);
    }

    public async IAsyncEnumerable<WorkspaceInfo> WorkspacesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        while (true)
        {
            var page = await database.Workspaces.ListAsync(Call, after, PageCount, cancellationToken);
            foreach (var info in page)
                yield return info;
            if (page.Length < PageCount)
                yield break;
            after = page[^1].Name;
        }
    }

    public async Task<bool> CreateWorkspaceAsync(WorkspaceInfo workspace, CancellationToken cancellationToken) =>
        (await database.Workspaces.PutAsync(Call, workspace, cancellationToken)).Created;

    public async Task DeleteWorkspaceAsync(string name, CancellationToken cancellationToken) =>
        await database.Workspaces.DeleteAsync(Call, name, cancellationToken);

    public async IAsyncEnumerable<AgentRow> AgentsAsync(AgentKind? kind, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var status in await database.Agents.ListAsync(Call, workspace, kind, cancellationToken))
            yield return new AgentRow(status.Agent, status.Sequence, status.Root, status.HotBytes, status.WarmBytes, status.ColdBytes, status.DeepBytes, status.SegmentCount);
    }
}
