using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>Conditions and company of a single put or delete.</summary>
public sealed record KvPutOptions
{
    /// <summary>No conditions.</summary>
    public static KvPutOptions None { get; } = new();

    /// <summary>Refuse unless the live version has this write id.</summary>
    public WriteId? IfMatch { get; init; }

    /// <summary>Refuse if the key has a live value.</summary>
    public bool IfAbsent { get; init; }

    /// <summary>Refuse unless the key has a live value.</summary>
    public bool IfPresent { get; init; }

    /// <summary>
    /// How long the value lives; null for the namespace's default, <see cref="Timeout.InfiniteTimeSpan"/> for ever whatever
    /// that is. Puts only.
    /// </summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>Writes that this one follows from.</summary>
    public ImmutableArray<WriteId> Causes { get; init; } = [];

    /// <summary>Pairs that travel under the root.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Metadata { get; init; } = [];

    /// <summary>True for a write of the product itself, which may write to namespaces of its own.</summary>
    internal bool IsOfSystem { get; init; }
}
