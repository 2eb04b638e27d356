using OrleansTemporal.Causality;

namespace OrleansTemporal.Agents;

/// <summary>
/// That an agent's log has come to a sequence. A wake-up and no more: it may be lost, doubled or late, and whoever hears it
/// reads what is new from the log.
/// </summary>
/// <param name="Agent">Whose log.</param>
/// <param name="Sequence">A sequence that is durable; the newest one when the notice was made.</param>
public readonly record struct AgentNotice(AgentId Agent, long Sequence);
