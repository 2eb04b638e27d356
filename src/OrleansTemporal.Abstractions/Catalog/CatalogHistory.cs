using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Catalog;

/// <summary>What a catalog has ever said about names of one kind, a page of it.</summary>
public sealed record CatalogHistory
{
    /// <summary>Durable versions of entries in the order of their sequences, removals included.</summary>
    public required ImmutableArray<CatalogEntry> Entries { get; init; }

    /// <summary>Everything of the kind up to this sequence is in this page or before it.</summary>
    public required long Through { get; init; }

    /// <summary>True when more follow.</summary>
    public required bool HasMore { get; init; }

    /// <summary>System time of the catalog's first delta, which tells a workspace from a later one of its name; zero when there is none.</summary>
    public required HybridTimestamp Began { get; init; }
}
