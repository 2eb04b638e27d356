namespace OrleansTemporal.Vectors;

/// <summary>How a search is going to be answered.</summary>
public sealed record VectorPlan
{
    /// <summary>Which mode answers: <see cref="VectorMode.Exact"/> also when that is the cheaper or the only way.</summary>
    public required VectorMode Mode { get; init; }

    /// <summary>The moment that is answered for.</summary>
    public required ulong Time { get; init; }

    /// <summary>Entries that a scan looks at: the first so many.</summary>
    public required int EntryCount { get; init; }

    /// <summary>How many candidates a search of the graph follows.</summary>
    public int Width { get; init; }

    internal VectorGraph? Graph { get; init; }
}
