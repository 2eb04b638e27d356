namespace OrleansTemporal.Agents;

/// <summary>What every agent is as a grain: its key is the text of its <see cref="Causality.AgentId"/>, as in <c>kv/default/users/0</c>.</summary>
[Alias("ot.agent")]
public interface IAgentGrain : IAgent, IGrainWithStringKey
{
    /// <summary>Does a bounded piece of housekeeping where the agent lives.</summary>
    /// <returns>True when there is more to do.</returns>
    ValueTask<bool> MaintainAsync(MaintenanceBudget budget, CancellationToken cancellationToken);

    /// <summary>Closes the agent and lets its activation go; the next call opens another one.</summary>
    ValueTask CloseAsync(CancellationToken cancellationToken);
}
