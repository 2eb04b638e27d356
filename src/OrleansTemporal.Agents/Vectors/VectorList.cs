using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Vectors;

/// <summary>A page of a collection's vectors.</summary>
/// <param name="Versions">Versions that are there at the moment.</param>
/// <param name="Next">Where the next page begins, as of the same moment; null behind the last.</param>
/// <param name="SystemTime">The moment that all pages hold for.</param>
public sealed record VectorList(ImmutableArray<VectorVersion> Versions, VectorListCursor? Next, HybridTimestamp SystemTime);
