using OrleansTemporal.Agents;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Subscriptions;

/// <summary>A dead letter with its delta.</summary>
/// <param name="Letter">When it was given up, and how often it was tried.</param>
/// <param name="Delta">The delta.</param>
/// <param name="Explanation">What it says.</param>
public sealed record DeadDelta(DeadLetter Letter, AgentDelta Delta, DeltaExplanation Explanation);
