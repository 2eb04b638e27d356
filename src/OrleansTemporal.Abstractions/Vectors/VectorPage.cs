using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Vectors;

/// <summary>Some of an agent's vectors, in the order in which they were written.</summary>
/// <param name="Versions">Versions that are there at the moment.</param>
/// <param name="Next">Where to go on; −1 behind the last. A page may be empty and not the last.</param>
/// <param name="SystemTime">The moment that the page holds for.</param>
public sealed record VectorPage(ImmutableArray<VectorVersion> Versions, int Next, HybridTimestamp SystemTime);
