using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>What one operation of a write came to.</summary>
public sealed record KvOutcome
{
    /// <summary>The key that changed.</summary>
    public required string Key { get; init; }

    /// <summary>Id of the new version.</summary>
    public required WriteId WriteId { get; init; }

    /// <summary>Content address of the value; zero for a delete.</summary>
    public required Distinction DistinctionId { get; init; }

    /// <summary>The version before it; <see cref="WriteId.IsNone"/> when this is the first.</summary>
    public required WriteId PreviousWriteId { get; init; }

    /// <summary>True when the key had no live value before.</summary>
    public required bool Created { get; init; }

    /// <summary>Instant at which the new value ends; null for never.</summary>
    public HybridTimestamp? ExpiresAt { get; init; }
}
