using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Agents;

/// <summary>Which agents a listener wants to hear of; everything that is not said matches.</summary>
public sealed record NoticeFilter
{
    /// <summary>Hears of every agent.</summary>
    public static NoticeFilter All { get; } = new();

    /// <summary>The workspace.</summary>
    public string? Workspace { get; init; }

    /// <summary>What the agent owns: one of these; empty for anything.</summary>
    public ImmutableArray<AgentKind> Kinds { get; init; } = [];

    /// <summary>Its name.</summary>
    public string? Name { get; init; }

    /// <summary>Whether the filter lets an agent through.</summary>
    public bool Matches(AgentId agent) =>
        (Kinds.IsEmpty || Kinds.Contains(agent.Kind))
        && (Workspace is null || Workspace == agent.Workspace)
        && (Name is null || Name == agent.Name);
}
