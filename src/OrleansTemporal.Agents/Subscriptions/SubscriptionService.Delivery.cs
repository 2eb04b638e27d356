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
    public ValueTask<SubscriptionState> AcknowledgeAsync(CallContext call, string workspace, string id, ChannelCursor cursor, CancellationToken cancellationToken) =>
        AcknowledgeAsync(call, workspace, id, cursor, null, cancellationToken);

    /// <summary>Acknowledges everything up to a place, and says the hash of the state that the subscriber has come to by it.</summary>
    /// <param name="call">Who acknowledges.</param>
    /// <param name="workspace">The workspace.</param>
    /// <param name="id">The subscription.</param>
    /// <param name="cursor">The place.</param>
    /// <param name="stateHash">32 bytes that name the subscriber's state, whatever it hashes; null to say none. It stays with the delta, and is told by the event.</param>
    /// <param name="cancellationToken">Stops the wait; it may be acknowledged then.</param>
    /// <exception cref="TemporalException">NotFound, <c>subscription_not_found</c>; Invalid, <c>invalid_cursor</c>.</exception>
    public async ValueTask<SubscriptionState> AcknowledgeAsync(
        CallContext call, string workspace, string id, ChannelCursor cursor, Distinction? stateHash, CancellationToken cancellationToken)
    {
        await EnterAsync(call, workspace, id, Verb.Write, cancellationToken).ConfigureAwait(false);
        var selection = await RequireAsync(workspace, id, cancellationToken).ConfigureAwait(false);
        await RequireThereAsync(workspace, selection, cursor, cancellationToken).ConfigureAwait(false);
        return await ChangeAsync(call, workspace, id, "ack", new SubscriptionChange { Move = SubscriptionMove.Acknowledge, Cursor = cursor, StateHash = stateHash }, cancellationToken).ConfigureAwait(false);
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

    /// <summary>
    /// Dead letters behind a place, the oldest first, each with its delta. Costs a read of the channel for each. A source that
    /// can not be read keeps no letter of another from being listed.
    /// </summary>
    /// <param name="call">Who asks.</param>
    /// <param name="workspace">The workspace.</param>
    /// <param name="id">The subscription.</param>
    /// <param name="after">Behind which place.</param>
    /// <param name="countMax">How many letters at most, those that can not be read included; at least 1.</param>
    /// <param name="cancellationToken">Stops the reads; nothing changes.</param>
    /// <exception cref="TemporalException">NotFound, <c>subscription_not_found</c>.</exception>
    public async ValueTask<DeadLetterPage> GetDeadAsync(
        CallContext call, string workspace, string id, ChannelCursor after, int countMax, CancellationToken cancellationToken)
    {
        await EnterAsync(call, workspace, id, Verb.Read, cancellationToken).ConfigureAwait(false);
        var selection = await RequireAsync(workspace, id, cancellationToken).ConfigureAwait(false);
        var channel = ChannelService.AgentOf(workspace, selection.Definition.Source);
        var letters = ImmutableArray.CreateBuilder<DeadDelta>();
        var unread = ImmutableArray.CreateBuilder<UnreadLetter>();
        foreach (var letter in await AgentFor(workspace, id).GetDeadAsync(after, countMax, cancellationToken).ConfigureAwait(false))
        {
            var reading = await ReadingAtAsync(channel, letter.Cursor, cancellationToken).ConfigureAwait(false);
            try
            {
                var delta = await ReadAsync(reading, channel, letter.Cursor, cancellationToken).ConfigureAwait(false);
                letters.Add(new DeadDelta(letter, delta, (await explainer.ExplainAsync([delta], cancellationToken).ConfigureAwait(false))[0]));
            }
            catch (TemporalException failure) when (!reading.Source.IsNone)
            {
                unread.Add(new UnreadLetter(letter, reading.Source, failure.Code, failure.Message));
            }
        }

        return new DeadLetterPage { Letters = letters.DrainToImmutable(), Unread = unread.DrainToImmutable() };
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
            Operation = OperationStamps.Of(call, "post", $"subscriptions/{workspace}/{id}/{verb}", Encoding.UTF8.GetBytes($"{change.Cursor} {change.StateHash}")),
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

    // From right before the delta that stands before a place, and no further, so that no other source is asked.
    private async ValueTask<ChannelReading> ReadingAtAsync(AgentId channel, ChannelCursor cursor, CancellationToken cancellationToken)
    {
        // Behind the last delta of an announcement is behind the announcement.
        var from = cursor.Offset > 0
            ? new ChannelCursor(cursor.Sequence, cursor.Offset - 1)
            : new ChannelCursor(cursor.Sequence - 1, await ChannelReading.CountAsync(directory, channel, cursor.Sequence, cancellationToken).ConfigureAwait(false) - 1);
        return new ChannelReading(directory, channel, from, 1, channels.Routes);
    }

    private static async ValueTask<AgentDelta> ReadAsync(ChannelReading reading, AgentId channel, ChannelCursor cursor, CancellationToken cancellationToken)
    {
        var batch = await reading.RunAsync(cancellationToken).ConfigureAwait(false);
        return batch.Cursors.IndexOf(cursor) is >= 0 and var at
            ? batch.Deltas[at]
            : throw new TemporalException(ErrorKind.Corrupt, ErrorCodes.Corrupt, $"{channel} has no delta at {cursor}.");
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
