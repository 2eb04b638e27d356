namespace OrleansTemporal.Vectors;

/// <summary>A distance between two rows, as a struct, so that the compiler makes one search for each of them.</summary>
internal unsafe interface IVectorDistance
{
    /// <summary>The distance as the graph orders by it; any number above <paramref name="bound"/> stands for all of them.</summary>
    /// <param name="left">A row of <see cref="VectorRows"/>.</param>
    /// <param name="right">Another.</param>
    /// <param name="length">The padded length.</param>
    /// <param name="bound">The largest distance that the caller can use.</param>
    static abstract float Between(float* left, float* right, int length, float bound);

    /// <summary>Where a row lies in the form that this distance reads.</summary>
    static abstract float* At(VectorRows rows, int row);

    /// <summary>The padded length of that form.</summary>
    static abstract int LengthOf(VectorRows rows);

    /// <summary>Whether a distance always reads the whole row.</summary>
    static abstract bool ReadsToTheEnd { get; }
}
