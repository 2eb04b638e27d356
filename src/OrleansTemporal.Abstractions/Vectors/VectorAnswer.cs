using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Vectors;

/// <summary>What a search found, and how.</summary>
/// <param name="Matches">The nearest first.</param>
/// <param name="Mode">Which mode answered; <see cref="VectorMode.Exact"/> also when that was the cheaper way.</param>
/// <param name="SystemTime">The moment that the answer holds for.</param>
public sealed record VectorAnswer(ImmutableArray<VectorMatch> Matches, VectorMode Mode, HybridTimestamp SystemTime);
