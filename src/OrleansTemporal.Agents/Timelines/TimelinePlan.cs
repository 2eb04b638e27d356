namespace OrleansTemporal.Timelines;

/// <summary>What a turn of a writer is to do: stage a delta and answer from it, or answer without one.</summary>
/// <param name="Draft">The delta; null when nothing is to be written.</param>
/// <param name="Answer">Makes the answer under the gate, with the receipt of the delta, or null.</param>
internal sealed record TimelinePlan<T>(TimelineDraft? Draft, Func<Causality.Receipt?, T> Answer);
