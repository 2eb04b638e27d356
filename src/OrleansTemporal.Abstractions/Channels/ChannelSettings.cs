using System.Collections.Immutable;

namespace OrleansTemporal.Channels;

/// <summary>What a channel carries.</summary>
public sealed record ChannelSettings
{
    /// <summary>From 1 to <see cref="Limits.ChannelSourcesMax"/>; an agent that one of them names is carried whole, from its first delta.</summary>
    public required ImmutableArray<ChannelSource> Sources { get; init; }

    /// <summary>What its subscribers may rely on.</summary>
    public DeliveryGuarantee Guarantee { get; init; } = DeliveryGuarantee.AtLeastOnce;
}
