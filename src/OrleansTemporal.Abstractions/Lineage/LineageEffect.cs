using OrleansTemporal.Causality;

namespace OrleansTemporal.Lineage;

/// <summary>A delta whose writes follow from a write.</summary>
/// <param name="Cause">Place of the cause in the query.</param>
/// <param name="Sequence">Sequence of the delta in the agent that answers.</param>
/// <param name="WriteCount">How many writes it has; all of them follow.</param>
/// <param name="SystemTime">System time of the delta.</param>
public readonly record struct LineageEffect(int Cause, long Sequence, int WriteCount, HybridTimestamp SystemTime);
