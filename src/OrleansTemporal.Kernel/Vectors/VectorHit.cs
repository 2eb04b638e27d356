namespace OrleansTemporal.Vectors;

/// <summary>A row that a search found.</summary>
/// <param name="Row">Its number in the <see cref="VectorRows"/>.</param>
/// <param name="Ordered">Its distance as the graph orders by it; <see cref="VectorDistances.ToDistance"/> makes the user's of it.</param>
public readonly record struct VectorHit(int Row, float Ordered);
