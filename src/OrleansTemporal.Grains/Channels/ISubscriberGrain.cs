namespace OrleansTemporal.Channels;

/// <summary>A grain that does something once with each delta of a channel. Which grain class, its interface says; which subscriber, its key.</summary>
[Alias("ot.subscriber")]
public interface ISubscriberGrain : IGrainWithStringKey
{
    /// <summary>
    /// Begins to follow a channel, durably: the grain is woken for what comes, by whichever silo. When it follows that channel
    /// already nothing changes; another one takes its place, behind the given cursor.
    /// </summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="from">Behind which the first delta is; the default is the channel's beginning, whatever the transport still has.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="Errors.TemporalException">NotFound, <c>channel_not_found</c>.</exception>
    [Alias("subscribe")]
    Task SubscribeAsync(string workspace, string channel, ChannelCursor from, CancellationToken cancellationToken);

    /// <summary>Follows no longer; what was done with deltas stays.</summary>
    [Alias("unsubscribe")]
    Task UnsubscribeAsync(CancellationToken cancellationToken);

    /// <summary>Reads on until there is nothing more to read, whatever it was told.</summary>
    /// <returns>Where it is.</returns>
    [Alias("catchUp")]
    Task<ChannelCursor> CatchUpAsync(CancellationToken cancellationToken);

    /// <summary>Goes back, or forward: the next delta is the one behind the cursor. The state is begun anew.</summary>
    [Alias("rewind")]
    Task RewindAsync(ChannelCursor to, CancellationToken cancellationToken);
}
