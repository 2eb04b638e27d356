using System.Buffers;
using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Manifests;

namespace OrleansTemporal.Subscriptions;

/// <summary>State of a subscription: a fold of its log, checkpointed with each generation.</summary>
internal sealed partial class SubscriptionCore : AgentCore
{

    private readonly long openedMark;
    private readonly long openedAt;
    private SubscriptionProgress progress = new();
    private long? askedAt;
    private long backpressureEvents;
    private bool wasBackpressured;

    public SubscriptionCore(AgentId id, AgentServices services)
        : base(id, services)
    {
        openedMark = services.Time.GetTimestamp();
        openedAt = Math.Max(services.Clock.NowMilliseconds, services.Clock.Last.Milliseconds);
    }

    protected override bool ReplaysFromGenesis => false;

    public async ValueTask<SubscriptionState> GetStateAsync(CancellationToken cancellationToken)
    {
        SubscriptionState state;
        long mark;
        lock (Gate)
        {
            RequireBegun();
            state = new SubscriptionState
            {
                Acknowledged = progress.Acknowledged,
                Position = Place,
                Status = StatusNow(),
                Pending = progress.Pending,
                Received = progress.Received,
                AcknowledgedCount = progress.AcknowledgedCount,
                Redelivered = progress.Redelivered,
                DeadCount = progress.DeadCount,
                BackpressureEvents = backpressureEvents,
                MeanMillisecondsToAcknowledge = progress.MeanMillisecondsToAcknowledge,
                SystemTime = SystemTime,
                StateHash = progress.StateHash,
            };
            mark = Sequence;
        }

        await Log.WhenDurableAsync(mark, cancellationToken).ConfigureAwait(false);
        return state;
    }

    public async ValueTask<ImmutableArray<DeadLetter>> GetDeadAsync(ChannelCursor after, int countMax, CancellationToken cancellationToken)
    {
        ImmutableArray<DeadLetter> dead;
        long mark;
        lock (Gate)
        {
            RequireBegun();
            (dead, mark) = ([.. progress.Dead.Where(letter => letter.Cursor > after).Take(countMax)], Sequence);
        }

        await Log.WhenDurableAsync(mark, cancellationToken).ConfigureAwait(false);
        return dead;
    }

    protected override void Apply(in AppliedDelta delta)
    {
        if (delta.Payload is { } payload)
        {
            SubscriptionPayload.Fold(progress, delta.Kind, payload, delta.SystemTime);
        }
    }

    protected override void RestoreFacetState(ReadOnlySpan<byte> facetState, Manifest manifest) => progress = SubscriptionProgress.Load(facetState);

    // The clock that the leases of an earlier life were given by may have been ahead of this one.
    private protected override ValueTask RestoreDerivedAsync(CancellationToken cancellationToken)
    {
        if (progress.Definition is { } definition)
        {
            progress.EndLeasesBy(NowMilliseconds + (long)definition.Lease.TotalMilliseconds);
        }

        return default;
    }

    protected override (ReadOnlyMemory<byte> FacetState, object? Memory) CutGeneration(long lastSequence)
    {
        var state = new ArrayBufferWriter<byte>();
        progress.Save(state);
        return (state.WrittenMemory, null);
    }

    // Under the gate.
    private void RequireBegun()
    {
        RequireAlive();
        if (progress.Definition is null || progress.IsEnded)
        {
            throw new TemporalException(ErrorKind.NotFound, ErrorCodes.SubscriptionNotFound, $"There is no subscription '{Id.Name}'.") { Field = "subscription" };
        }
    }

    // Under the gate.
    private SubscriptionStatus StatusNow() =>
        progress.IsPaused ? SubscriptionStatus.Paused
        : progress.NextCountMax == 0 ? SubscriptionStatus.Backpressured
        : askedAt is { } at && Services.Time.GetElapsedTime(at) < Limits.SubscriptionSilenceMax ? SubscriptionStatus.Active
        : SubscriptionStatus.Disconnected;

    private ValueTask<bool> TryWriteAsync(DeltaKind kind, Action<IBufferWriter<byte>> write, Func<bool> isWanted, CancellationToken cancellationToken) =>
        TryWriteAsync(kind, write, new DeltaContext(), isWanted, cancellationToken);

    private ValueTask<bool> TryWriteAsync(DeltaKind kind, Action<IBufferWriter<byte>> write, DeltaContext context, Func<bool> isWanted, CancellationToken cancellationToken) =>
        TryWriteAsync(kind, SubscriptionPayload.SchemaVersion, write, context, isWanted, static () => { }, cancellationToken);
}
