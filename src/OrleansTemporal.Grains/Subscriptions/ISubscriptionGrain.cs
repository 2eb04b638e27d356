using OrleansTemporal.Agents;

namespace OrleansTemporal.Subscriptions;

/// <summary>The subscription agent as a grain.</summary>
[Alias("ot.subscription")]
public interface ISubscriptionGrain : ISubscriptionAgent, IAgentGrain;
