namespace OrleansTemporal.Storage.Segments;

/// <summary>A byte range of a record.</summary>
/// <param name="Offset">Where it begins.</param>
/// <param name="Length">How long it is.</param>
public readonly record struct PayloadPart(int Offset, int Length);
