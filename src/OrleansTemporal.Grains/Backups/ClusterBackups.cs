using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Operations;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Backups;

/// <summary>Has a silo make backups and bring them back, in the stores that the silos have set aside.</summary>
internal sealed class ClusterBackups(IGrainFactory grains, AccessGate access) : IBackups
{
    private const string Name = "backup";

    /// <inheritdoc/>
    public async ValueTask<OperationInfo> StartBackUpAsync(CallContext call, string workspace, string to, CancellationToken cancellationToken)
    {
        await EnterAsync(call, workspace, Verb.Admin, cancellationToken);
        return await Of(workspace).StartBackUpAsync(call.Trusted(), to, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<OperationInfo> StartRestoreAsync(CallContext call, string workspace, string from, CancellationToken cancellationToken)
    {
        await EnterAsync(call, workspace, Verb.Admin, cancellationToken);
        return await Of(workspace).StartRestoreAsync(call.Trusted(), from, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<BackupReport> DescribeAsync(CallContext call, string workspace, string name, CancellationToken cancellationToken)
    {
        await EnterAsync(call, workspace, Verb.Read, cancellationToken);
        return await Of(workspace).DescribeBackupAsync(call.Trusted(), name, cancellationToken);
    }

    private ValueTask EnterAsync(CallContext call, string workspace, Verb verb, CancellationToken cancellationToken) =>
        access.EnterAsync(call, new Resource(workspace, AgentKind.Lifecycle, Name), verb, cancellationToken);

    private IWorkspaceGrain Of(string workspace) => grains.GetGrain<IWorkspaceGrain>(Names.Validate(workspace, "workspace"));
}
