using OrleansTemporal.Causality;

namespace OrleansTemporal.Channels;

/// <summary>Agents of the channel's workspace whose deltas it carries.</summary>
public sealed record ChannelSource
{
    /// <summary>What the agents own: documents, series, signals, vectors or timelines.</summary>
    public required AgentKind Kind { get; init; }

    /// <summary>Name of the namespace, stream and so on; null for every one of the kind, those to come included.</summary>
    public string? Name { get; init; }

    /// <summary>Whether an agent is one of them.</summary>
    public bool Matches(AgentId agent) => agent.Kind == Kind && (Name is null || agent.Name == Name);
}
