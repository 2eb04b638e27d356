using System.Collections.Immutable;

namespace OrleansTemporal.Lineage;

/// <summary>A node that a walk has reached.</summary>
/// <param name="Node">The node.</param>
/// <param name="Distance">Edges from the nearest start; 0 for a start.</param>
/// <param name="Neighbours">Its neighbours in the walk's direction among the reached nodes, as places in <see cref="LineageReach{TNode}.Steps"/>.</param>
public readonly record struct LineageStep<TNode>(TNode Node, int Distance, ImmutableArray<int> Neighbours);
