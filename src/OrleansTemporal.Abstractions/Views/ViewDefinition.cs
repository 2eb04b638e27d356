using System.Collections.Immutable;
using OrleansTemporal.Queries;

namespace OrleansTemporal.Views;

/// <summary>What a view is: a query over a source whose answer is kept.</summary>
public sealed record ViewDefinition
{
    /// <summary>What it is over: <c>kv/{namespace}</c>, <c>series/{stream}</c> or <c>views/{view}</c>.</summary>
    public required string Source { get; init; }

    /// <summary>The filter as JSON; empty for all documents.</summary>
    public ReadOnlyMemory<byte> Filter { get; init; }

    /// <summary>Paths of the fields that rows carry; empty for whole documents.</summary>
    public ImmutableArray<string> Select { get; init; } = [];

    /// <summary>The order; empty for that of keys, or of groups.</summary>
    public ImmutableArray<SortField> Sort { get; init; } = [];

    /// <summary>Paths of the fields to group by.</summary>
    public ImmutableArray<string> GroupBy { get; init; } = [];

    /// <summary>What to compute for each group.</summary>
    public ImmutableArray<AggregateField> Aggregates { get; init; } = [];

    /// <summary>When it takes in what is new.</summary>
    public ViewRefresh Refresh { get; init; }

    /// <summary>What it is for, in words; empty for nothing.</summary>
    public string Description { get; init; } = "";

    /// <summary>True when its rows are groups.</summary>
    public bool IsGrouped => !GroupBy.IsEmpty || !Aggregates.IsEmpty;
}
