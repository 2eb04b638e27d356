using OrleansTemporal.Causality;

namespace OrleansTemporal.Views;

/// <summary>Asks the indexes of a namespace for the keys whose field lies within bounds.</summary>
public sealed record ViewLookup
{
    /// <summary>Path of the indexed field.</summary>
    public required string Field { get; init; }

    /// <summary>Least value in the order of values (<c>ValueOrder</c>), inclusive; empty for the least of all.</summary>
    public ReadOnlyMemory<byte> From { get; init; }

    /// <summary>Bytes that every value is below; empty for no bound.</summary>
    public ReadOnlyMemory<byte> To { get; init; }

    /// <summary>The instant that the answer holds for.</summary>
    public required AsOf AsOf { get; init; }

    /// <summary>Keys at most; when there are more, none is answered.</summary>
    public required int CountMax { get; init; }

    /// <summary>True for the first keys in the order of the field, however many there are; bounds are passed over.</summary>
    public bool InOrder { get; init; }

    /// <summary>With <see cref="InOrder"/>: the key to go on behind; null for the beginning.</summary>
    public string? After { get; init; }
}
