using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Views;

/// <summary>A page of a view's rows.</summary>
public sealed record ViewPage
{
    /// <summary>Documents in the order of the view; empty when it is of groups.</summary>
    public ImmutableArray<KvQueryRow> Rows { get; init; } = [];

    /// <summary>Groups: one JSON object each.</summary>
    public ImmutableArray<ReadOnlyMemory<byte>> Groups { get; init; } = [];

    /// <summary>True when the rows of the view have no keys, because it groups or is over one that does.</summary>
    public bool IsGrouped { get; init; }

    /// <summary>Rows of all pages.</summary>
    public required long Total { get; init; }

    /// <summary>Key of the last row, to go on behind; null for groups, and at the end.</summary>
    public string? After { get; init; }

    /// <summary>True when more rows follow.</summary>
    public required bool HasMore { get; init; }

    /// <summary>The one moment that all pages hold for.</summary>
    public required HybridTimestamp SystemTime { get; init; }

    /// <summary>Changes of the source that this answer took in.</summary>
    public long ChangeCount { get; init; }

    /// <summary>Documents of the source that had to be looked through, because the view did not reach back to the moment.</summary>
    public long ScannedCount { get; init; }
}
