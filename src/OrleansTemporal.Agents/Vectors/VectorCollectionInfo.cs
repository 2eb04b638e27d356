using OrleansTemporal.Causality;

namespace OrleansTemporal.Vectors;

/// <summary>A collection as it is now.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Settings">What it is.</param>
/// <param name="Stats">How much there is of it.</param>
/// <param name="SystemTime">When it was made.</param>
public sealed record VectorCollectionInfo(string Name, VectorSettings Settings, VectorStats Stats, HybridTimestamp SystemTime);
