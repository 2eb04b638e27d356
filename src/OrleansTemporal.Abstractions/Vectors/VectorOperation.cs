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
}
