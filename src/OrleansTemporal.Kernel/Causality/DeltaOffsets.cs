namespace OrleansTemporal.Causality;

/// <summary>Where the optional fields of a header start, counted from the header's first byte; 0 for those that aren't there.</summary>
internal readonly struct DeltaOffsets
{
    internal int Operation { get; init; }

    internal int Group { get; init; }

    internal int Actor { get; init; }

    internal int Causes { get; init; }

    internal int Metadata { get; init; }

    internal int KeyId { get; init; }

    internal int Facet { get; init; }
}
