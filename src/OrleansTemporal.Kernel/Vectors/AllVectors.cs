namespace OrleansTemporal.Vectors;

/// <summary>Every row.</summary>
public readonly struct AllVectors : IVectorSelection
{
    /// <inheritdoc/>
    public bool Considers(int row) => true;

    /// <inheritdoc/>
    public bool Accepts(int row) => true;
}
