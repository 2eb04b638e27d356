namespace OrleansTemporal.Vectors;

/// <summary>The rows that are there at a moment.</summary>
/// <param name="history">When which row was there.</param>
/// <param name="time">The moment, as a hybrid timestamp's value.</param>
public readonly struct LiveVectors(VectorHistory history, ulong time) : IVectorSelection
{
    /// <inheritdoc/>
    public bool Considers(int row) => history.LiveEntryOf(row, time) >= 0;

    /// <inheritdoc/>
    public bool Accepts(int row) => history.LiveEntryOf(row, time) >= 0;
}
