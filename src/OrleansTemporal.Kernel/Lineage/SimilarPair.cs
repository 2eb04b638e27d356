namespace OrleansTemporal.Lineage;

/// <summary>Two nodes without an edge between them whose neighbours are much the same.</summary>
/// <param name="First">The lower one in the graph's order.</param>
/// <param name="Second">The higher one.</param>
/// <param name="Similarity">Shared neighbours ÷ all neighbours of both (Jaccard), above 0 and at most 1.</param>
public readonly record struct SimilarPair<TNode>(TNode First, TNode Second, double Similarity);
