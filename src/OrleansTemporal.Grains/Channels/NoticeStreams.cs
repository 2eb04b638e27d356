using Orleans.Streams;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Channels;

/// <summary>The streams that notices of channels travel on: one for each channel, of <see cref="AgentNotice"/>.</summary>
public static class NoticeStreams
{
    /// <summary>Name of the stream provider, whatever it runs on.</summary>
    public const string Provider = "OrleansTemporal";

    /// <summary>Namespace of the streams. Part of durable subscriptions, so it never changes.</summary>
    public const string Namespace = "ot.notices";

    /// <summary>The stream of a channel.</summary>
    public static StreamId IdOf(AgentId channel) => StreamId.Create(Namespace, channel.ToString());

    internal static IAsyncStream<AgentNotice> Of(IStreamProvider provider, AgentId channel) => provider.GetStream<AgentNotice>(IdOf(channel));
}
