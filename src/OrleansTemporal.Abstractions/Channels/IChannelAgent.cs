using System.Collections.Immutable;
using OrleansTemporal.Agents;

namespace OrleansTemporal.Channels;

/// <summary>
/// Puts the deltas of many agents into one order. Its log holds ranges of them, never the deltas; each delta of a source is
/// in exactly one range, and the ranges of a source follow each other without a gap.
/// </summary>
public interface IChannelAgent : IAgent
{
    /// <summary>
    /// Takes in what is new of sources: from behind what was announced of each up to the sequence given. What was announced
    /// before changes nothing, so doubled and late announcements do no harm.
    /// </summary>
    /// <returns>Sequence of the channel's newest delta, durable.</returns>
    /// <exception cref="Errors.TemporalException">TooLarge, <c>batch_too_large</c>; Conflict, <c>channel_full</c>, when it has too many sources.</exception>
    ValueTask<long> AnnounceAsync(ChannelAnnouncement announcement, CancellationToken cancellationToken);

    /// <summary>How far each source is announced, in no order.</summary>
    ValueTask<ImmutableArray<AgentNotice>> GetAnnouncedAsync(CancellationToken cancellationToken);

    /// <summary>How many deltas it carries, and how many of them stand up to a place. Costs a read of at most 256 of its own deltas.</summary>
    ValueTask<ChannelSpan> MeasureAsync(ChannelCursor through, CancellationToken cancellationToken);
}
