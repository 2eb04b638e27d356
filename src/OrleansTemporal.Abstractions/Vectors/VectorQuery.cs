using OrleansTemporal.Causality;

namespace OrleansTemporal.Vectors;

/// <summary>A question for the vectors that are nearest to one.</summary>
public sealed record VectorQuery
{
    /// <summary>How many are answered when nothing is said.</summary>
    public const int CountDefault = 10;

    /// <summary>Which collection of that name: the sequence of its entry in the catalog.</summary>
    public long Collection { get; init; }

    /// <summary>As many finite floats as the collection has dimensions.</summary>
    public required ReadOnlyMemory<float> Vector { get; init; }

    /// <summary>How many are wanted, 1 to <see cref="Limits.VectorAnswersMax"/>.</summary>
    public int Count { get; init; } = CountDefault;

    /// <summary>How many candidates are followed (<c>ef</c>), up to <see cref="Limits.VectorWidthMax"/>; 0 for what the mode says.</summary>
    public int Width { get; init; }

    /// <summary>How thoroughly to look.</summary>
    public VectorMode Mode { get; init; }

    /// <summary>Scores below this are not answered; null for none.</summary>
    public double? Threshold { get; init; }

    /// <summary>A condition on the metadata, in the filter language; empty for none.</summary>
    public ReadOnlyMemory<byte> Filter { get; init; }

    /// <summary>The model that the vector comes from; empty to take the collection's.</summary>
    public string Model { get; init; } = "";

    /// <summary>The moment that is asked about.</summary>
    public AsOf AsOf { get; init; }

    /// <summary>Set to prefer vectors that share causal history with one; null for none of that.</summary>
    public VectorCausal? Causal { get; init; }
}
