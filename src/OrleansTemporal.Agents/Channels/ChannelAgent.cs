using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Channels;

/// <summary>The channel agent. Thread-safe; the same class is the grain under Orleans.</summary>
public class ChannelAgent : CausalAgent<AgentCore>, IChannelAgent
{
    /// <summary>Makes a closed agent.</summary>
    public ChannelAgent(AgentId id, AgentServices services)
        : base(id, services)
    {
    }

    /// <inheritdoc/>
    public async ValueTask<long> AnnounceAsync(ChannelAnnouncement announcement, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(announcement);
        if (announcement.Notices.Length is < 1 or > Limits.ChannelRangesMax)
        {
            throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.BatchTooLarge, $"Between 1 and {Limits.ChannelRangesMax} sources are announced at once, not {announcement.Notices.Length}.")
            {
                Limit = Limits.ChannelRangesMax,
            };
        }

        var core = (ChannelCore)await GetCoreAsync(cancellationToken).ConfigureAwait(false);
        return await core.AnnounceAsync(announcement, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<AgentNotice>> GetAnnouncedAsync(CancellationToken cancellationToken)
    {
        var core = (ChannelCore)await GetCoreAsync(cancellationToken).ConfigureAwait(false);
        return await core.GetAnnouncedAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<ChannelSpan> MeasureAsync(ChannelCursor through, CancellationToken cancellationToken)
    {
        var core = (ChannelCore)await GetCoreAsync(cancellationToken).ConfigureAwait(false);
        return await core.MeasureAsync(through, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override AgentCore CreateCore() => new ChannelCore(Id, Services);
}
