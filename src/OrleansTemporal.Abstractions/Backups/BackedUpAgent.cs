using OrleansTemporal.Causality;

namespace OrleansTemporal.Backups;

/// <summary>Where an agent stood when it was copied.</summary>
/// <param name="Agent">Whose log it is.</param>
/// <param name="Sequence">All deltas up to here are in the backup.</param>
/// <param name="Root">Local causal root after them.</param>
public sealed record BackedUpAgent(AgentId Agent, long Sequence, Distinction Root);
