using OrleansTemporal.Causality;

namespace OrleansTemporal.Subscriptions;

/// <summary>A dead letter whose delta could not be read.</summary>
/// <param name="Letter">When it was given up, and how often it was tried.</param>
/// <param name="Agent">The source that could not be read.</param>
/// <param name="Code">Why, as a stable code.</param>
/// <param name="Detail">Why, in words.</param>
public sealed record UnreadLetter(DeadLetter Letter, AgentId Agent, string Code, string Detail);
