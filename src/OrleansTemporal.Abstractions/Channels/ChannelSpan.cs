namespace OrleansTemporal.Channels;

/// <summary>How much a channel carries.</summary>
/// <param name="Total">Deltas, from the beginning to its end.</param>
/// <param name="Through">Those of them up to the place that was asked for.</param>
/// <param name="AgentCount">Agents whose deltas they are.</param>
public readonly record struct ChannelSpan(long Total, long Through, int AgentCount);
