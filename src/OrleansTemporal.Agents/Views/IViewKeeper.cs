using OrleansTemporal.Agents;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Views;

/// <summary>What housekeeping does with a view agent.</summary>
internal interface IViewKeeper : IHostedAgent
{
    /// <summary>Kind and name of what it is over, in its own workspace; null as long as it does not know, or is not open.</summary>
    (AgentKind Kind, string Name)? Source { get; }

    /// <summary>Whether it is open, so that it can be brought on.</summary>
    bool IsOpen { get; }

    /// <summary>Takes in what is new, or makes what is not there yet; nothing for a view that is refreshed by hand, or that is not open.</summary>
    ValueTask BringOnAsync(CancellationToken cancellationToken);
}
