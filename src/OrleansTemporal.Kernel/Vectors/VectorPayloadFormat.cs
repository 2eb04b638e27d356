using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Vectors;

/// <summary>The numbers of the vector payload, schema version 1; docs/formats/vector-payload.md says the same in words.</summary>
public static class VectorPayloadFormat
{
    /// <summary>The schema version that a vector delta's header names.</summary>
    public const ushort SchemaVersion = 1;

    internal const byte Put = 1;
    internal const byte Delete = 2;

    /// <summary>Vectors that came and went.</summary>
    public static DeltaKind Embed { get; } = DeltaKind.Parse("vector.embed");

    /// <summary>A collection that begins, and with it the end of the one of that name before.</summary>
    public static DeltaKind Index { get; } = DeltaKind.Parse("vector.index");

    internal static TemporalException Malformed(string problem) =>
        new(ErrorKind.Corrupt, ErrorCodes.PayloadMalformed, $"A vector delta {problem}.");
}
