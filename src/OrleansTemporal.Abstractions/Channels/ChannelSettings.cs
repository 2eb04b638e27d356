using System.Collections.Immutable;

namespace OrleansTemporal.Channels;

/// <summary>What a channel carries.</summary>
public sealed record ChannelSettings
{
    /// <summary>Up to <see cref="Limits.ChannelSourcesMax"/>; an agent that one of them names is carried whole, from its first delta. What routes lead to the channel comes beside them.</summary>
    public required ImmutableArray<ChannelSource> Sources { get; init; }

    /// <summary>True for one that carries everything as long as no route has ever named it.</summary>
    public bool IsOpen { get; init; }

    /// <summary>What its subscribers may rely on.</summary>
    public DeliveryGuarantee Guarantee { get; init; } = DeliveryGuarantee.AtLeastOnce;
}
