using OrleansTemporal.Agents;

namespace OrleansTemporal.Views;

/// <summary>The view agent as a grain.</summary>
[Alias("ot.view")]
public interface IViewGrain : IViewAgent, IAgentGrain;
