using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Operations;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Lifecycle;

/// <summary>Has a silo run the lifecycle, and say what is set.</summary>
internal sealed class ClusterLifecycle(IGrainFactory grains, AccessGate access) : ILifecycle, IArchive
{
    private const string Policy = "policy";

    /// <inheritdoc/>
    public async ValueTask<LifecycleState> GetAsync(CallContext call, string workspace, CancellationToken cancellationToken)
    {
        await EnterAsync(call, workspace, Policy, Verb.Read, cancellationToken);
        return await Of(workspace).GetLifecycleAsync(call.Trusted(), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<Receipt> SetPolicyAsync(CallContext call, string workspace, LifecyclePolicy policy, CancellationToken cancellationToken)
    {
        await EnterAsync(call, workspace, Policy, Verb.Admin, cancellationToken);
        return await Of(workspace).SetLifecyclePolicyAsync(call.Trusted(), policy, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<OperationInfo> StartAsync(CallContext call, string workspace, LifecycleProcess process, bool isDryRun, CancellationToken cancellationToken)
    {
        await EnterAsync(call, workspace, LifecycleProcesses.NameOf(process), isDryRun ? Verb.Read : Verb.Admin, cancellationToken);
        return await Of(workspace).StartLifecycleAsync(call.Trusted(), process, isDryRun, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<OperationInfo> BringBackAsync(string workspace, string path, CancellationToken cancellationToken) =>
        Of(workspace).BringBackAsync(path, cancellationToken);

    private ValueTask EnterAsync(CallContext call, string workspace, string name, Verb verb, CancellationToken cancellationToken) =>
        access.EnterAsync(call, new Resource(workspace, AgentKind.Lifecycle, name), verb, cancellationToken);

    private IWorkspaceGrain Of(string workspace) => grains.GetGrain<IWorkspaceGrain>(Names.Validate(workspace, "workspace"));
}
