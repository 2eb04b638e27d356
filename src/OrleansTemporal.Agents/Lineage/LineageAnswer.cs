using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Lineage;

/// <summary>The answer to a question about lineage.</summary>
public sealed record LineageAnswer
{
    /// <summary>The rows of this page.</summary>
    public required ImmutableArray<LineageRow> Rows { get; init; }

    /// <summary>Where the next page begins, to be asked as of <see cref="AsOf"/>; null behind the last.</summary>
    public string? Next { get; init; }

    /// <summary>The moment that it answers for.</summary>
    public required HybridTimestamp AsOf { get; init; }

    /// <summary>False when a limit other than the depth left nodes out that belong to the answer.</summary>
    public bool IsComplete { get; init; } = true;

    /// <summary>Whether there is a path, where that is asked.</summary>
    public bool? IsConnected { get; init; }

    /// <summary>True when rows are pairs or walks.</summary>
    public bool HasGroups { get; init; }
}
