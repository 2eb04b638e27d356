using OrleansTemporal.Causality;

namespace OrleansTemporal.Catalog;

/// <summary>What a catalog change came to.</summary>
/// <param name="Entry">The entry as it stands.</param>
/// <param name="Receipt">The delta's receipt; null when nothing was written.</param>
/// <param name="Created">True when the name did not exist before.</param>
public sealed record CatalogChangeResult(CatalogEntry Entry, Receipt? Receipt, bool Created);
