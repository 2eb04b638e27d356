namespace OrleansTemporal.Vectors;

/// <summary>A graph that lists every row that was there at some moment of an interval.</summary>
/// <param name="Graph">The graph.</param>
/// <param name="Begin">First moment of the interval.</param>
/// <param name="End">First moment behind it.</param>
/// <param name="Measured">What the graph is, or is a copy of: how wide searches are is measured there, and a larger graph needs them wider.</param>
internal sealed record VectorEra(VectorGraph Graph, ulong Begin, ulong End, GrowingGraph Measured);
