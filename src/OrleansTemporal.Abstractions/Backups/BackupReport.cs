using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Backups;

/// <summary>What a backup holds, or a restore has brought back, and what that took.</summary>
public sealed record BackupReport
{
    /// <summary>The workspace.</summary>
    public required string Workspace { get; init; }

    /// <summary>Everything with a system time up to here that was durable when the backup began is in it.</summary>
    public required HybridTimestamp SystemTime { get; init; }

    /// <summary>Its agents that have deltas.</summary>
    public required ImmutableArray<BackedUpAgent> Agents { get; init; }

    /// <summary>Objects that were copied.</summary>
    public long ObjectsCopied { get; init; }

    /// <summary>Their bytes.</summary>
    public long BytesCopied { get; init; }

    /// <summary>Objects that were there already.</summary>
    public long ObjectsKept { get; init; }

    /// <summary>Objects that the backup before needed and this one does not.</summary>
    public long ObjectsRemoved { get; init; }

    /// <summary>Deltas of all agents.</summary>
    public long DeltaCount => Agents.Sum(static agent => agent.Sequence);
}
