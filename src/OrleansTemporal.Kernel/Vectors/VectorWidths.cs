namespace OrleansTemporal.Vectors;

/// <summary>How wide searches of a graph are for ten answers, as it was measured.</summary>
/// <param name="Auto">Finds 95 of the 100 nearest; 0 when no width up to <see cref="VectorCalibration.WidthMax"/> does.</param>
/// <param name="Thorough">Finds 99 of the 100 nearest; 0 likewise.</param>
public sealed record VectorWidths(int Auto, int Thorough)
{
    /// <summary>For graphs that are too small to have been measured.</summary>
    public static VectorWidths Unmeasured { get; } = new(64, 200);
}
