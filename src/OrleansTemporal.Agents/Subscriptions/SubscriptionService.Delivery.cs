using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Errors;
using OrleansTemporal.Operations;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Subscriptions;

public sealed partial class SubscriptionService
{
    // How long a stream goes on before it hears of a pause, an end, or what another reader has acknowledged.
    private static readonly TimeSpan StreamLookInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Hands out the next deltas, leased until they are acknowledged (with the guarantee at most once: acknowledged already).
    /// The lease is durable before the answer. Costs a write of the subscription's log and a look at the channel's newest
    /// deltas in memory; who is far behind, a read of the channel.
    /// </summary>
    /// <param name="call">Who asks.</param>
    /// <param name="workspace">The workspace.</param>
    /// <param name="id">The subscription.</param>
    /// <param name="countMax">1 to <see cref="Limits.DeltaPageMax"/>.</param>
    /// <param name="wait">How long to wait while there is nothing, up to <see cref="Limits.SubscriptionWaitMax"/>.</param>
    /// <param name="explains">Whether what the deltas say is wanted too; their agents are asked, once for all subscribers.</param>
    /// <param name="cancellationToken">Stops the wait; what was leased then comes back when its lease ends.</param>
    /// <exception cref="TemporalException">NotFound, <c>subscription_not_found</c>; Throttled, <c>subscription_backpressured</c>.</exception>
    public async ValueTask<SubscriptionBatch> PullAsync(
        CallContext call, string workspace, string id, int countMax, TimeSpan wait, bool explains, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(countMax, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(countMax, Limits.DeltaPageMax);
        await EnterAsync(call, workspace, id, Verb.Write, cancellationToken).ConfigureAwait(false);
        var selection = await RequireAsync(workspace, id, cancellationToken).ConfigureAwait(false);
        var feed = feeds.Open(ChannelService.AgentOf(workspace, selection.Definition.Source));
        try
        {
            return await new SubscriptionPull(AgentFor(workspace, id), feed, selection, time, countMax) { Explains = explains }.RunAsync(wait, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            feeds.Close(feed);
        }
    }

    /// <summary>
    /// Follows a subscription without leases: from a place on, or from what is acknowledged, whatever comes, in batches that
    /// the reader takes at its own pace; nothing is kept for it in between. With the guarantee at most once each batch is
    /// acknowledged before it is given out.
    /// </summary>
    /// <param name="call">Who asks.</param>
    /// <param name="workspace">The workspace.</param>
    /// <param name="id">The subscription.</param>
    /// <param name="after">A place that the reader has come to; what is acknowledged beyond it is not given out again.</param>
    /// <param name="quiet">After so long without deltas an empty batch comes.</param>
    /// <param name="explains">Whether what the deltas say is wanted too.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TemporalException">NotFound, <c>subscription_not_found</c>, also when it is ended meanwhile; Invalid, <c>invalid_cursor</c>.</exception>
    public async IAsyncEnumerable<SubscriptionBatch> FollowAsync(
        CallContext call, string workspace, string id, ChannelCursor? after, TimeSpan quiet, bool explains, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await EnterAsync(call, workspace, id, Verb.Write, cancellationToken).ConfigureAwait(false);
        var selection = await RequireAsync(workspace, id, cancellationToken).ConfigureAwait(false);
        if (after is { } place)
        {
            await RequireThereAsync(workspace, selection, place, cancellationToken).ConfigureAwait(false);
        }

        var feed = feeds.Open(ChannelService.AgentOf(workspace, selection.Definition.Source));
        try
        {
            var agent = AgentFor(workspace, id);
            var stream = selection.Definition.Guarantee == DeliveryGuarantee.AtMostOnce
                ? null
                : new SubscriptionStream(agent, feed, selection, time, after ?? default, StreamLookInterval, explains);
            while (true)
            {
                yield return stream is null
                    ? await new SubscriptionPull(agent, feed, selection, time, Limits.PageCountDefault) { WaitsWhilePaused = true, Explains = explains }.RunAsync(quiet, cancellationToken).ConfigureAwait(false)
                    : await stream.NextAsync(quiet, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            feeds.Close(feed);
        }
    }

    /// <summary>Acknowledges everything up to a place: it is never handed out again.</summary>
    /// <exception cref="TemporalException">NotFound, <c>subscription_not_found</c>; Invalid, <c>invalid_cursor</c>.</exception>
    public async ValueTask<SubscriptionState> AcknowledgeAsync(CallContext call, string workspace, string id, ChannelCursor cursor, CancellationToken cancellationToken)
    {
        await EnterAsync(call, workspace, id, Verb.Write, cancellationToken).ConfigureAwait(false);
        var selection = await RequireAsync(workspace, id, cancellationToken).ConfigureAwait(false);
        await RequireThereAsync(workspace, selection, cursor, cancellationToken).ConfigureAwait(false);
        return await ChangeAsync(call, workspace, id, "ack", new SubscriptionChange { Move = SubscriptionMove.Acknowledge, Cursor = cursor }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives back what is leased: it is handed out again at once, from the first that is not acknowledged on. What stands up to the cursor has had one of its tries.</summary>
    /// <exception cref="TemporalException">NotFound, <c>subscription_not_found</c>; Invalid, <c>invalid_cursor</c>.</exception>
    public async ValueTask<SubscriptionState> ReturnAsync(CallContext call, string workspace, string id, ChannelCursor cursor, CancellationToken cancellationToken)
    {
        await EnterAsync(call, workspace, id, Verb.Write, cancellationToken).ConfigureAwait(false);
        var selection = await RequireAsync(workspace, id, cancellationToken).ConfigureAwait(false);
        var state = await ChangeAsync(call, workspace, id, "nack", new SubscriptionChange { Move = SubscriptionMove.Return, Cursor = cursor }, cancellationToken).ConfigureAwait(false);

        // Whoever waits for something to take does not wait for news of the channel then.
        var feed = feeds.Open(ChannelService.AgentOf(workspace, selection.Definition.Source));
        feed.Hear(0);
        feeds.Close(feed);
        return state;
    }

    /// <summary>Hands out nothing more until it goes on; nothing is lost meanwhile.</summary>
    /// <exception cref="TemporalException">NotFound, <c>subscription_not_found</c>.</exception>
    public ValueTask<SubscriptionState> PauseAsync(CallContext call, string workspace, string id, CancellationToken cancellationToken) =>
        SetPausedAsync(call, workspace, id, true, cancellationToken);

    /// <summary>Goes on where it was paused.</summary>
    /// <exception cref="TemporalException">NotFound, <c>subscription_not_found</c>.</exception>
    public ValueTask<SubscriptionState> ResumeAsync(CallContext call, string workspace, string id, CancellationToken cancellationToken) =>
        SetPausedAsync(call, workspace, id, false, cancellationToken);

    /// <summary>Dead letters behind a place, the oldest first, each with its delta. Costs a read of the channel for each.</summary>
    /// <exception cref="TemporalException">NotFound, <c>subscription_not_found</c>.</exception>
    public async ValueTask<ImmutableArray<(DeadLetter Letter, AgentDelta Delta, DeltaExplanation Explanation)>> GetDeadAsync(
        CallContext call, string workspace, string id, ChannelCursor after, int countMax, CancellationToken cancellationToken)
    {
        await EnterAsync(call, workspace, id, Verb.Read, cancellationToken).ConfigureAwait(false);
        var selection = await RequireAsync(workspace, id, cancellationToken).ConfigureAwait(false);
        var channel = ChannelService.AgentOf(workspace, selection.Definition.Source);
        var dead = ImmutableArray.CreateBuilder<(DeadLetter Letter, AgentDelta Delta, DeltaExplanation Explanation)>();
        foreach (var letter in await AgentFor(workspace, id).GetDeadAsync(after, countMax, cancellationToken).ConfigureAwait(false))
        {
            var delta = await ReadAtAsync(channel, letter.Cursor, cancellationToken).ConfigureAwait(false);
            dead.Add((letter, delta, (await explainer.ExplainAsync([delta], cancellationToken).ConfigureAwait(false))[0]));
        }

        return dead.DrainToImmutable();
    }

    private async ValueTask<SubscriptionState> SetPausedAsync(CallContext call, string workspace, string id, bool isPaused, CancellationToken cancellationToken)
    {
        await EnterAsync(call, workspace, id, Verb.Write, cancellationToken).ConfigureAwait(false);
        var selection = await RequireAsync(workspace, id, cancellationToken).ConfigureAwait(false);
        var change = new SubscriptionChange { Move = isPaused ? SubscriptionMove.Pause : SubscriptionMove.Resume };
        var state = await ChangeAsync(call, workspace, id, isPaused ? "pause" : "resume", change, cancellationToken).ConfigureAwait(false);
        var feed = feeds.Open(ChannelService.AgentOf(workspace, selection.Definition.Source));
        feed.Hear(0);
        feeds.Close(feed);
        return state;
    }

    private async ValueTask<SubscriptionState> ChangeAsync(CallContext call, string workspace, string id, string verb, SubscriptionChange change, CancellationToken cancellationToken)
    {
        var agent = AgentFor(workspace, id);
        var written = change with
        {
            Operation = OperationStamps.Of(call, "post", $"subscriptions/{workspace}/{id}/{verb}", Encoding.UTF8.GetBytes(change.Cursor.ToString())),
            Actor = call.Principal.Name,
        };
        await agent.ChangeAsync(written, cancellationToken).ConfigureAwait(false);
        return await agent.GetStateAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Refuses what following would refuse.</summary>
    /// <exception cref="TemporalException">NotFound, <c>subscription_not_found</c>; Invalid, <c>invalid_cursor</c>.</exception>
    public async ValueTask CheckAsync(CallContext call, string workspace, string id, ChannelCursor? after, CancellationToken cancellationToken)
    {
        await EnterAsync(call, workspace, id, Verb.Write, cancellationToken).ConfigureAwait(false);
        var selection = await RequireAsync(workspace, id, cancellationToken).ConfigureAwait(false);
        if (after is { } place)
        {
            await RequireThereAsync(workspace, selection, place, cancellationToken).ConfigureAwait(false);
        }
    }

    // The delta that stands before a place: within the same announcement.
    private async ValueTask<AgentDelta> ReadAtAsync(AgentId channel, ChannelCursor cursor, CancellationToken cancellationToken)
    {
        var from = cursor.Offset > 0 ? new ChannelCursor(cursor.Sequence, cursor.Offset - 1) : new ChannelCursor(cursor.Sequence - 1);
        while (true)
        {
            var batch = await new ChannelReading(directory, channel, from, Limits.PageCountDefault, channels.Routes).RunAsync(cancellationToken).ConfigureAwait(false);
            var at = batch.Cursors.IndexOf(cursor);
            if (at >= 0)
            {
                return batch.Deltas[at];
            }

            from = batch.Next > from && batch.Next < cursor ? batch.Next : throw new TemporalException(ErrorKind.Corrupt, ErrorCodes.Corrupt, $"{channel} has no delta at {cursor}.");
        }
    }

    private async ValueTask RequireThereAsync(string workspace, SubscriptionSelection selection, ChannelCursor cursor, CancellationToken cancellationToken)
    {
        var status = await directory.Get<IChannelAgent>(ChannelService.AgentOf(workspace, selection.Definition.Source)).GetStatusAsync(cancellationToken).ConfigureAwait(false);
        if (cursor > new ChannelCursor(status.Sequence))
        {
            throw Ahead();
        }
    }
}
