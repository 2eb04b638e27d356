using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Vectors;

/// <summary>The causal history of a vector at a moment.</summary>
/// <param name="Deltas">Its delta, and those that it follows from, the nearest first, each as its write number 0; empty when there is no such vector.</param>
/// <param name="SystemTime">The moment that the answer holds for.</param>
public sealed record VectorAncestry(ImmutableArray<WriteId> Deltas, HybridTimestamp SystemTime);
