using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>Versions of one key.</summary>
public sealed record KvHistoryPage
{
    /// <summary>The versions, in the order of the query; tombstones included.</summary>
    public required ImmutableArray<KvVersion> Versions { get; init; }

    /// <summary>Where the next page begins; <see cref="WriteId.IsNone"/> when this is the last.</summary>
    public required WriteId Next { get; init; }

    /// <summary>True when the key was ever written.</summary>
    public required bool KeyExists { get; init; }

    /// <summary>What was valid here, and all that came later, is kept; what was replaced before may be gone. Zero when everything is kept.</summary>
    public HybridTimestamp KeptFrom { get; init; }

    /// <summary>System time of the newest durable delta that the answer knows of.</summary>
    public required HybridTimestamp SystemTime { get; init; }
}
