using System.Collections.Immutable;

namespace OrleansTemporal.Lineage;

/// <summary>One row of an answer: a node, a pair of nodes, or a walk.</summary>
/// <param name="Items">One node; two for a pair; all of a walk.</param>
/// <param name="Similarity">Of a pair.</param>
public sealed record LineageRow(ImmutableArray<LineageItem> Items, double? Similarity = null);
