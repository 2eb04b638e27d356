using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Queries;

namespace OrleansTemporal.Kv;

/// <summary>What a caller asks of the documents of a namespace.</summary>
public sealed record KvQueryRequest
{
    /// <summary>Only keys that start with this; empty for all.</summary>
    public string Prefix { get; init; } = "";

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

    /// <summary>Rows to leave out at the beginning of the first page, up to <see cref="Limits.QuerySkipMax"/>.</summary>
    public int Skip { get; init; }

    /// <summary>Rows at most, 1 to <see cref="Limits.PageCountMax"/>.</summary>
    public int Limit { get; init; } = Limits.PageCountDefault;

    /// <summary>Whether rows in the order of keys are counted beyond the page.</summary>
    public bool WithTotal { get; init; } = true;

    /// <summary>The moment that the answer holds for.</summary>
    public AsOf AsOf { get; init; }

    /// <summary>Where an earlier page ended; the moment is then its own.</summary>
    public KvQueryCursor? Cursor { get; init; }

    /// <summary>Keys that one request in the order of keys may scan.</summary>
    public int KeysScannedMax { get; init; } = Limits.QueryKeysScannedMax;

    /// <summary>False to look at all documents, whatever indexes there are.</summary>
    public bool UseIndexes { get; init; } = true;
}
