using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Lifecycle;

/// <summary>The genomes of the agents of a workspace, and one distinction over all of them.</summary>
public sealed record WorkspaceGenome
{
    /// <summary>The workspace.</summary>
    public required string Workspace { get; init; }

    /// <summary>When they were read; each agent stood where its genome says at this moment or a little earlier.</summary>
    public required HybridTimestamp SystemTime { get; init; }

    /// <summary>The roots of all agents joined in the order of <see cref="Agents"/>, then their number of deltas; null when there is no agent.</summary>
    public Distinction? Digest { get; init; }

    /// <summary>In the order of their ids' text.</summary>
    public required ImmutableArray<AgentGenome> Agents { get; init; }
}
