using System.Collections.Immutable;

namespace OrleansTemporal.Channels;

/// <summary>
/// Which deltas of its channels a subscription is told of. A delta passes when its source, its metadata and its magnitude
/// do, and one change of it has the key, the type and the value that are asked for. The default passes everything.
/// </summary>
public sealed record SubscriptionFilter
{
    /// <summary>Globs over <c>kind/name</c>, of which one has to match; empty for all sources.</summary>
    public ImmutableArray<string> SourcePatterns { get; init; } = [];

    /// <summary>How the key of a change begins, byte for byte; null for any.</summary>
    public string? KeyPrefix { get; init; }

    /// <summary>The least magnitude of a delta; null for any.</summary>
    public double? MinMagnitude { get; init; }

    /// <summary>Pairs that the metadata of a delta has, all of them.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Metadata { get; init; } = [];

    /// <summary>Of which a change is one; empty for any.</summary>
    public ImmutableArray<ChangeType> ChangeTypes { get; init; } = [];

    /// <summary>A condition on the value of a change, in the filter language of documents as JSON; empty for none.</summary>
    public ReadOnlyMemory<byte> Value { get; init; }
}
