using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>Deltas that travel together, named by a checksum over all of them: over every byte of each, not over their ids.</summary>
/// <param name="Dimensions">Components of the dense state.</param>
/// <param name="Deltas">The deltas in their order.</param>
/// <param name="Checksum">Hash over the header and the hashes of the deltas.</param>
public sealed record DeltaBatch(int Dimensions, ImmutableArray<DeltaBatchItem> Deltas, Distinction Checksum);
