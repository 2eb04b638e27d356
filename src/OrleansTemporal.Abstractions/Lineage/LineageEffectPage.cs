using System.Collections.Immutable;

namespace OrleansTemporal.Lineage;

/// <summary>A page of effects: by cause in the order of the query, of each cause newest first.</summary>
/// <param name="Effects">The rows.</param>
/// <param name="HasMore">True when more follow behind the last row.</param>
public sealed record LineageEffectPage(ImmutableArray<LineageEffect> Effects, bool HasMore);
