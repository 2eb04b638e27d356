using OrleansTemporal.Causality;

namespace OrleansTemporal.Channels;

/// <summary>A channel as the catalog knows it.</summary>
public sealed record ChannelInfo
{
    /// <summary>The agent that keeps it.</summary>
    public required AgentId Agent { get; init; }

    /// <summary>What it carries.</summary>
    public required ChannelSettings Settings { get; init; }

    /// <summary>Sequence of the catalog delta that said so.</summary>
    public required long SettingsSequence { get; init; }
}
