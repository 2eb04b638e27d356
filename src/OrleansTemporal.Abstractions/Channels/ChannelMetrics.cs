namespace OrleansTemporal.Channels;

/// <summary>How a channel is doing.</summary>
public sealed record ChannelMetrics
{
    /// <summary>Deltas that it carries.</summary>
    public required long Published { get; init; }

    /// <summary>Deltas that this process has handed to subscribers of it, each subscriber counted, since it started.</summary>
    public required long Delivered { get; init; }

    /// <summary>Mean time from a delta's system time to its delivery, in milliseconds, over what this process has handed out at the newest end.</summary>
    public required double MeanMillisecondsToDeliver { get; init; }

    /// <summary>Subscriptions that read it.</summary>
    public required int SubscriberCount { get; init; }

    /// <summary>Agents that it carries.</summary>
    public required int AgentCount { get; init; }

    /// <summary>Sequence of the catalog delta that made it or changed it last.</summary>
    public required long SettingsSequence { get; init; }
}
