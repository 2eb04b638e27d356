using OrleansTemporal.Causality;

namespace OrleansTemporal.Vectors;

/// <summary>One change of a write: a vector with its metadata, or the end of one.</summary>
public sealed record VectorOperation
{
    /// <summary>Which one: 1 to <see cref="Limits.KeyBytesMax"/> bytes of UTF-8.</summary>
    public required string Id { get; init; }

    /// <summary>As many finite floats as the collection has dimensions; empty to delete.</summary>
    public ReadOnlyMemory<float> Vector { get; init; }

    /// <summary>A JSON object; empty for none.</summary>
    public ReadOnlyMemory<byte> Metadata { get; init; }

    /// <summary>True when the vector goes.</summary>
    public bool IsDelete { get; init; }

    /// <summary>Refuse unless this write made the live version. Conditions are about the state before the whole write.</summary>
    public WriteId? IfMatch { get; init; }

    /// <summary>Refuse when there is a vector with this id.</summary>
    public bool IfAbsent { get; init; }

    /// <summary>Refuse when there is none.</summary>
    public bool IfPresent { get; init; }
}
