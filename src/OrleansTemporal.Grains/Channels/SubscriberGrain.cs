using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Streams;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Hosting;

namespace OrleansTemporal.Channels;

/// <summary>
/// Base of a grain that folds the deltas of a channel into a state of its own. Cursor and state are stored in one write, so
/// each delta counts exactly once, in order, whatever the transport of notices loses, doubles or delays and whenever the
/// grain or its silo dies. The log is read, never the stream: rewinding needs nothing of the transport.
/// </summary>
/// <typeparam name="T">The state.</typeparam>
public abstract partial class SubscriberGrain<T> : Grain, ISubscriberGrain, IRemindable
    where T : new()
{
    private const string LookReminder = "ot.look";

    private readonly IPersistentState<SubscriberState<T>> stored;
    private readonly SiloDatabase silo;
    private readonly ILogger logger;
    private ChannelSubscriber? subscriber;
    private StreamSubscriptionHandle<AgentNotice>? subscription;
    private bool isUnsure;

    /// <summary>Makes the grain.</summary>
    /// <param name="stored">Where cursor and state are stored; exactly once holds as far as a write there is all or nothing.</param>
    /// <param name="silo">The silo's database, which the channel is read through.</param>
    /// <param name="logger">Told what can not be read yet.</param>
    protected SubscriberGrain(IPersistentState<SubscriberState<T>> stored, SiloDatabase silo, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(stored);
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(logger);
        this.stored = stored;
        this.silo = silo;
        this.logger = logger;
    }

    /// <summary>Deltas that are folded between two writes of the state.</summary>
    protected virtual int BatchCountMax => 1_000;

    /// <summary>How often the grain looks by itself while it is active, should a notice be lost.</summary>
    protected virtual TimeSpan LookInterval => TimeSpan.FromSeconds(5);

    /// <summary>How often it is woken to look when it is not active; at least a minute by default (<c>ReminderOptions.MinimumReminderPeriod</c>).</summary>
    protected virtual TimeSpan WakeInterval => TimeSpan.FromMinutes(5);

    /// <summary>The state, as of the last delta that was folded.</summary>
    protected T Value => stored.State.Value;

    /// <summary>Where the grain is.</summary>
    protected ChannelCursor Cursor => ChannelCursor.Parse(stored.State.Cursor);

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await base.OnActivateAsync(cancellationToken);
        if (stored.State.Channel is not null)
        {
            await FollowAsync();
        }

        this.RegisterGrainTimer(static (grain, token) => grain.LookAsync(token), this, LookInterval, LookInterval);
    }

    /// <inheritdoc/>
    public async Task SubscribeAsync(string workspace, string channel, ChannelCursor from, CancellationToken cancellationToken)
    {
        _ = await silo.Current.Channels.GetEndAsync(CallContext.Local, workspace, channel, cancellationToken);
        if ((stored.State.Workspace, stored.State.Channel) != (workspace, channel))
        {
            await LeaveAsync();
            await BeSureAsync();
            (stored.State.Workspace, stored.State.Channel, stored.State.Cursor) = (workspace, channel, from.ToString());
            await StoreAsync();
        }

        await FollowAsync();
        if (Reminders is not null)
        {
            await this.RegisterOrUpdateReminder(LookReminder, WakeInterval, WakeInterval, cancellationToken);
        }

        await LookAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async Task UnsubscribeAsync(CancellationToken cancellationToken)
    {
        await LeaveAsync();
        await BeSureAsync();
        (stored.State.Workspace, stored.State.Channel) = (null, null);
        await StoreAsync();
        if (Reminders is not null && await this.GetReminder(LookReminder, cancellationToken) is { } reminder)
        {
            await this.UnregisterReminder(reminder, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async Task<ChannelCursor> CatchUpAsync(CancellationToken cancellationToken)
    {
        if (subscriber is not null)
        {
            await subscriber.CatchUpAsync(cancellationToken);
        }

        return Cursor;
    }

    /// <inheritdoc/>
    public async Task RewindAsync(ChannelCursor to, CancellationToken cancellationToken)
    {
        await BeSureAsync();
        (stored.State.Cursor, stored.State.Value) = (to.ToString(), new T());
        await StoreAsync();
        if (stored.State.Channel is not null)
        {
            subscriber = MakeSubscriber();
            await LookAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public Task ReceiveReminder(string reminderName, TickStatus status) =>
        reminderName == LookReminder ? LookAsync(CancellationToken.None) : Task.CompletedTask;

    /// <summary>
    /// Folds one delta into the state. Called in order, once for each delta that counts; when what it has done could not be
    /// stored, it is called again on the state as it was stored.
    /// </summary>
    protected abstract void Apply(T value, AgentDelta delta);

    private Orleans.Timers.IReminderRegistry? Reminders => ServiceProvider.GetService<Orleans.Timers.IReminderRegistry>();

    private IAsyncStream<AgentNotice> Stream =>
        NoticeStreams.Of(this.GetStreamProvider(NoticeStreams.Provider), ChannelService.AgentOf(stored.State.Workspace!, stored.State.Channel!));

    private ChannelSubscriber MakeSubscriber() => new(silo.Current.Channels, stored.State.Workspace!, stored.State.Channel!, new Effect(this, TaskScheduler.Current), CallContext.Local)
    {
        BatchCountMax = BatchCountMax,
    };

    // A subscription outlives its activation; more than one can be left by a crash between two steps.
    private async Task FollowAsync()
    {
        subscriber ??= MakeSubscriber();
        if (subscription is not null)
        {
            return;
        }

        foreach (var handle in await Stream.GetAllSubscriptionHandles())
        {
            if (subscription is null)
            {
                subscription = await handle.ResumeAsync(HearAsync);
            }
            else
            {
                await handle.UnsubscribeAsync();
            }
        }

        subscription ??= await Stream.SubscribeAsync(HearAsync);
    }

    private async Task LeaveAsync()
    {
        if (stored.State.Channel is not null)
        {
            foreach (var handle in await Stream.GetAllSubscriptionHandles())
            {
                await handle.UnsubscribeAsync();
            }
        }

        (subscription, subscriber) = (null, null);
    }

    private async Task HearAsync(AgentNotice notice, StreamSequenceToken? token)
    {
        subscriber?.Hear(notice);
        if (subscriber is { IsBehind: true })
        {
            await LookAsync(CancellationToken.None);
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            await CatchUpAsync(cancellationToken);
        }
        catch (TemporalException failure)
        {
            // Nobody waits for it, and the next look begins where the stored cursor is.
            LogNotRead(this.GetGrainId().ToString(), failure);
        }
    }

    private async ValueTask BeSureAsync()
    {
        if (isUnsure)
        {
            await stored.ReadStateAsync();
            isUnsure = false;
        }
    }

    // Until the write is known to have been done, memory may be ahead of what is stored.
    private async Task StoreAsync()
    {
        isUnsure = true;
        await stored.WriteStateAsync();
        isUnsure = false;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Subscriber} could not read on and will try again")]
    private partial void LogNotRead(string subscriber, Exception failure);

    private async Task<ChannelCursor> LoadAsync()
    {
        await BeSureAsync();
        return Cursor;
    }

    private async Task FoldAsync(ChannelBatch batch)
    {
        isUnsure = true;
        foreach (var delta in batch.Deltas)
        {
            Apply(stored.State.Value, delta);
        }

        stored.State.Cursor = batch.Next.ToString();
        await StoreAsync();
    }

    // The reading of channels knows no grains and comes back on any thread; the state belongs to the grain's scheduler.
    private sealed class Effect(SubscriberGrain<T> grain, TaskScheduler scheduler) : IChannelEffect
    {
        public ValueTask<ChannelCursor> LoadCursorAsync(CancellationToken cancellationToken) =>
            new(Task.Factory.StartNew(grain.LoadAsync, cancellationToken, TaskCreationOptions.None, scheduler).Unwrap());

        public ValueTask ApplyAsync(ChannelBatch batch, CancellationToken cancellationToken) =>
            new(Task.Factory.StartNew(() => grain.FoldAsync(batch), cancellationToken, TaskCreationOptions.None, scheduler).Unwrap());
    }
}
