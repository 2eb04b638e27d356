using OrleansTemporal.Agents;

namespace OrleansTemporal.Timelines;

/// <summary>The timeline agent as a grain.</summary>
[Alias("ot.timeline")]
public interface ITimelineGrain : ITimelineAgent, IAgentGrain;
