using OrleansTemporal.Causality;

namespace OrleansTemporal.Agents;

/// <summary>A fixed span of deltas that is due to be sealed, with the state of the agent at its end.</summary>
internal sealed record Generation
{
    /// <summary>Sequence of its first delta.</summary>
    public required long First { get; init; }

    /// <summary>Sequence of its last delta.</summary>
    public required long Last { get; init; }

    /// <summary>Root after its last delta.</summary>
    public required Distinction Root { get; init; }

    /// <summary>System time of its first delta.</summary>
    public required HybridTimestamp FirstTime { get; init; }

    /// <summary>Bytes of its records.</summary>
    public required long RecordBytes { get; init; }

    /// <summary>System time of its last delta.</summary>
    public required HybridTimestamp SystemTime { get; init; }

    /// <summary>The facet's small fixed state after its last delta, as the manifest keeps it.</summary>
    public required ReadOnlyMemory<byte> FacetState { get; init; }

    /// <summary>What the facet keeps of it in memory; null when it keeps nothing.</summary>
    public object? Memory { get; init; }
}
