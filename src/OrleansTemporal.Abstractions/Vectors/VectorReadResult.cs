using OrleansTemporal.Causality;

namespace OrleansTemporal.Vectors;

/// <summary>The answer to a read of one vector.</summary>
/// <param name="Version">The live version, or null.</param>
/// <param name="ExistsLater">True when there is none at the asked moment, but the first was written after it.</param>
/// <param name="SystemTime">The moment that the answer holds for.</param>
public sealed record VectorReadResult(VectorVersion? Version, bool ExistsLater, HybridTimestamp SystemTime);
