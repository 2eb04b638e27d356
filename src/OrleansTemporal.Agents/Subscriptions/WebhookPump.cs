using Microsoft.Extensions.Logging;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Errors;
using OrleansTemporal.Routing;

namespace OrleansTemporal.Subscriptions;

/// <summary>Pushes the deltas of one subscription, one after the other, so each source's come in order. One call at a time.</summary>
internal sealed partial class WebhookPump(SubscriptionService subscriptions, IWebhookSender sender, AgentId agent, SubscriptionDefinition definition, TimeProvider time, ILogger logger)
{
    private const int BatchCountMax = 100;

    private static readonly TimeSpan PauseLook = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(10);

    private int failures;

    /// <summary>Runs until the subscription has ended, lives in another process, or the token says so.</summary>
    public async Task RunAsync(Func<CancellationToken, ValueTask<bool>> isMine, CancellationToken cancellationToken)
    {
        try
        {
            while (await isMine(cancellationToken).ConfigureAwait(false))
            {
                var delay = await StepAsync(cancellationToken).ConfigureAwait(false);
                if (delay > TimeSpan.Zero)
                {
                    await Task.Delay(delay, time, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (TemporalException ended) when (ended.Kind == ErrorKind.NotFound)
        {
            LogEnded(agent.Name);
        }
    }

    /// <summary>Pushes what there is; how long to wait before the next step.</summary>
    public async ValueTask<TimeSpan> StepAsync(CancellationToken cancellationToken)
    {
        try
        {
            var batch = await subscriptions.PullAsync(CallContext.Local, agent.Workspace, agent.Name, BatchCountMax, Wait, explains: true, cancellationToken).ConfigureAwait(false);
            return batch.Status == SubscriptionStatus.Paused ? PauseLook : await PushAsync(batch, cancellationToken).ConfigureAwait(false);
        }
        catch (TemporalException failure) when (failure.Kind != ErrorKind.NotFound)
        {
            LogFailed(agent.Name, failure);
            return Delay(RoutingPriority.Normal, ++failures);
        }
    }

    /// <summary>How long to wait after so many failures in a row: as the retry table has it for the priority of the delta. How often is the subscription's to say.</summary>
    internal static TimeSpan Delay(RoutingPriority priority, int failures) =>
        RetryTable.DelayBefore(RetryTable.Of(priority) with { RetriesMax = null }, failures, TimeSpan.Zero) ?? RetryTable.DelayMax;

    private async ValueTask<TimeSpan> PushAsync(SubscriptionBatch batch, CancellationToken cancellationToken)
    {
        var acknowledgedAt = time.GetTimestamp();
        for (var i = 0; i < batch.Deltas.Length; i++)
        {
            try
            {
                await sender.SendAsync(definition.Webhook!, new WebhookEvent(agent.Name, batch.Deltas[i], batch.Explanations[i], batch.Cursors[i]), cancellationToken).ConfigureAwait(false);
            }
            catch (TemporalException failure)
            {
                LogFailed(agent.Name, failure);
                await GiveBackAsync(batch, i, cancellationToken).ConfigureAwait(false);
                return Delay(batch.Deltas[i].Priority, ++failures);
            }

            failures = 0;
            if (time.GetElapsedTime(acknowledgedAt) > definition.Lease / 3)
            {
                await AcknowledgeAsync(batch.Cursors[i], cancellationToken).ConfigureAwait(false);
                acknowledgedAt = time.GetTimestamp();
            }
        }

        if (!batch.Deltas.IsEmpty)
        {
            await AcknowledgeAsync(batch.Next, cancellationToken).ConfigureAwait(false);
        }

        return TimeSpan.Zero;
    }

    // What was taken before is done; the one that failed has had its try, and those behind it have not.
    private async ValueTask GiveBackAsync(SubscriptionBatch batch, int failed, CancellationToken cancellationToken)
    {
        if (definition.Guarantee == DeliveryGuarantee.AtMostOnce)
        {
            return;
        }

        if (failed > 0)
        {
            await AcknowledgeAsync(batch.Cursors[failed - 1], cancellationToken).ConfigureAwait(false);
        }

        await subscriptions.ReturnAsync(CallContext.Local, agent.Workspace, agent.Name, batch.Cursors[failed], cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask AcknowledgeAsync(ChannelCursor cursor, CancellationToken cancellationToken) =>
        await subscriptions.AcknowledgeAsync(CallContext.Local, agent.Workspace, agent.Name, cursor, cancellationToken).ConfigureAwait(false);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A webhook of subscription {Subscription} did not take a delta; it is tried again")]
    private partial void LogFailed(string subscription, Exception failure);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Subscription {Subscription} has ended, and so has its webhook")]
    private partial void LogEnded(string subscription);
}
