using OrleansTemporal.Causality;

namespace OrleansTemporal.Catalog;

/// <summary>What the catalog says of one namespace, stream, ledger, collection, timeline, channel or workspace.</summary>
public sealed record CatalogEntry
{
    /// <summary>What it is.</summary>
    public required AgentKind Kind { get; init; }

    /// <summary>Its name within the workspace.</summary>
    public required string Name { get; init; }

    /// <summary>Settings as canonical JSON.</summary>
    public required ReadOnlyMemory<byte> Settings { get; init; }

    /// <summary>Slot map in its binary form (docs/formats/slots.md).</summary>
    public required ReadOnlyMemory<byte> SlotMap { get; init; }

    /// <summary>Sequence of the catalog delta that wrote it; also the version that an update names.</summary>
    public required long Sequence { get; init; }

    /// <summary>System time of that delta.</summary>
    public required HybridTimestamp SystemTime { get; init; }

    /// <summary>True when that delta removed it.</summary>
    public bool IsRemoved { get; init; }
}
