using OrleansTemporal.Agents;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Views;

/// <summary>What housekeeping does with a view agent.</summary>
internal interface IViewKeeper : IHostedAgent
{
    /// <summary>Whether it may have to do with what has changed; true as long as it does not know.</summary>
    /// <param name="changed">Workspace, kind and name of the agents that have new deltas.</param>
    bool Follows(IReadOnlySet<(string Workspace, AgentKind Kind, string Name)> changed);

    /// <summary>Takes in what is new, or makes what is not there yet; nothing for a view that is refreshed by hand, or that is not open.</summary>
    ValueTask BringOnAsync(CancellationToken cancellationToken);
}
