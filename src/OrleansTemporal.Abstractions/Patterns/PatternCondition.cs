using System.Collections.Immutable;

namespace OrleansTemporal.Patterns;

/// <summary>Which points a pattern means: those of a stream for which everything holds that is said.</summary>
public sealed record PatternCondition
{
    /// <summary>The stream.</summary>
    public required string Stream { get; init; }

    /// <summary>The field; null for every field.</summary>
    public string? Field { get; init; }

    /// <summary>Tags with the values that they must have.</summary>
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The value is greater.</summary>
    public double? Gt { get; init; }

    /// <summary>The value is greater or the same.</summary>
    public double? Gte { get; init; }

    /// <summary>The value is less.</summary>
    public double? Lt { get; init; }

    /// <summary>The value is less or the same.</summary>
    public double? Lte { get; init; }

    /// <summary>The value is the same.</summary>
    public double? Eq { get; init; }

    /// <summary>The value is another.</summary>
    public double? Ne { get; init; }

    /// <summary>Whether a value is meant.</summary>
    public bool Holds(double value) =>
        !(value <= Gt) && !(value < Gte) && !(value >= Lt) && !(value > Lte) && (Eq is null || value == Eq) && (Ne is null || value != Ne);
}
