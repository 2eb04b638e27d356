namespace OrleansTemporal.Lifecycle;

/// <summary>Stored bytes by the tier of storage that they lie in.</summary>
/// <param name="Warm">Segments of the warm tier, and key runs.</param>
/// <param name="Cold">Segments of the cold tier.</param>
/// <param name="Deep">Segments of the deep tier.</param>
public sealed record TierBytes(long Warm = 0, long Cold = 0, long Deep = 0)
{
    /// <summary>None.</summary>
    public static TierBytes None { get; } = new();

    /// <summary>Both together.</summary>
    public TierBytes And(TierBytes other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new(Warm + other.Warm, Cold + other.Cold, Deep + other.Deep);
    }
}
