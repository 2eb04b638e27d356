namespace OrleansTemporal.Vectors;

/// <summary>Names of modes: <c>auto</c>, <c>fast</c>, <c>thorough</c>, <c>exact</c>, <c>cached</c>.</summary>
public static class VectorModes
{
    private static readonly string[] Names = ["auto", "fast", "thorough", "exact", "cached"];

    /// <summary>The name of a mode.</summary>
    public static string NameOf(VectorMode mode) => Names[(int)mode];

    /// <summary>The mode of a name; false when there is none.</summary>
    public static bool TryParse(string? name, out VectorMode mode)
    {
        var index = Array.IndexOf(Names, name);
        mode = (VectorMode)Math.Max(index, 0);
        return index >= 0;
    }
}
