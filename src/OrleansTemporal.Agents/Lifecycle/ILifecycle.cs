using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Operations;

namespace OrleansTemporal.Lifecycle;

/// <summary>The lifecycle of workspaces, wherever it runs: in this process, or on a silo.</summary>
public interface ILifecycle
{
    /// <summary>The policy of a workspace and the runs that changed something.</summary>
    /// <exception cref="TemporalException">NotFound, <c>workspace_not_found</c>.</exception>
    ValueTask<LifecycleState> GetAsync(CallContext call, string workspace, CancellationToken cancellationToken);

    /// <summary>Sets the policy of a workspace; it holds from the next run on.</summary>
    /// <exception cref="TemporalException">NotFound, <c>workspace_not_found</c>; Invalid, <c>invalid_field</c>.</exception>
    ValueTask<Receipt> SetPolicyAsync(CallContext call, string workspace, LifecyclePolicy policy, CancellationToken cancellationToken);

    /// <summary>Begins a run in the background; the operation says how far it is.</summary>
    /// <param name="call">Who asks; needs the right to administer the workspace, or to read it for a dry run.</param>
    /// <param name="workspace">Whose data is moved.</param>
    /// <param name="process">What runs.</param>
    /// <param name="isDryRun">True to say what would be done and change nothing.</param>
    /// <param name="cancellationToken">For the beginning.</param>
    ValueTask<OperationInfo> StartAsync(CallContext call, string workspace, LifecycleProcess process, bool isDryRun, CancellationToken cancellationToken);
}
