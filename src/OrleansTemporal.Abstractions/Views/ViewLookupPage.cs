using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Views;

/// <summary>What an index says.</summary>
public sealed record ViewLookupPage
{
    /// <summary>Keys in their own order, or in that of the field when it was asked for; empty when the index can not help.</summary>
    public ImmutableArray<string> Keys { get; init; } = [];

    /// <summary>False when there are too many keys, or the index does not reach back to the moment or is too large to be kept: the namespace is to be scanned.</summary>
    public required bool IsKnown { get; init; }

    /// <summary>Documents of the namespace at that moment.</summary>
    public long RowCount { get; init; }

    /// <summary>The moment that the answer holds for.</summary>
    public required HybridTimestamp SystemTime { get; init; }

    /// <summary>Changes of the namespace that this answer took in.</summary>
    public long ChangeCount { get; init; }
}
