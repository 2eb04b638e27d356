using OrleansTemporal.Causality;
using OrleansTemporal.Operations;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Agents.Tests.Views;

/// <summary>A host that counts how many of its agents somebody has gone through.</summary>
internal sealed class CountingHost(IAgentHost host) : IAgentHost
{
    public int AgentsSeen { get; private set; }

    public IEnumerable<IHostedAgent> Agents
    {
        get
        {
            foreach (var agent in host.Agents)
            {
                AgentsSeen++;
                yield return agent;
            }
        }
    }

    public FacadeLease Lease => host.Lease;

    public TAgent Get<TAgent>(AgentId id)
        where TAgent : class, IAgent => host.Get<TAgent>(id);

    public ValueTask OpenAsync(AgentId id, CancellationToken cancellationToken) => host.OpenAsync(id, cancellationToken);

    public ValueTask<bool> IsOwnedHereAsync(AgentId id, CancellationToken cancellationToken) => host.IsOwnedHereAsync(id, cancellationToken);

    public ValueTask<bool> MaintainAsync(AgentId id, MaintenanceBudget budget, CancellationToken cancellationToken) => host.MaintainAsync(id, budget, cancellationToken);

    public ValueTask<OperationInfo?> FindOperationAsync(string workspace, string id, CancellationToken cancellationToken) => host.FindOperationAsync(workspace, id, cancellationToken);

    public ValueTask RemoveAsync(string workspace, CancellationToken cancellationToken) => host.RemoveAsync(workspace, cancellationToken);

    // The store's own host outlives this one.
    public ValueTask DisposeAsync() => default;
}
