using OrleansTemporal.Agents;

namespace OrleansTemporal.Channels;

/// <summary>The channel agent as a grain.</summary>
[Alias("ot.channel")]
public interface IChannelGrain : IChannelAgent, IAgentGrain;
