using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Timelines;

/// <content>
/// Observers: what they are, and what they have recorded, is in the log. What waits for its interval is in memory and is
/// recorded by the next state that is due, by an order, by housekeeping, or when the agent is sealed at a clean stop.
/// </content>
internal sealed partial class TimelineCore
{
    private const string ObserverKey = "observer";

    private readonly SortedDictionary<string, ObserverTrack> observers = new(StringComparer.Ordinal);

    public ValueTask<Receipt> DefineObserverAsync(ObserverDefine define, CancellationToken cancellationToken) => TurnAsync(
        define.Operation,
        define.Actor,
        Durability.Durable,
        () =>
        {
            var (_, steps) = Living();
            BranchOf(steps, define.Policy.Branch);
            if (observers.TryGetValue(define.Name, out var track))
            {
                // What a key came with is written though nothing changes, so that the key is known with its request.
                if (define.Operation is null && track.Policy == define.Policy && track.Status != ObserverStatus.Terminated)
                {
                    return new TimelinePlan<Receipt>(null, _ => ReceiptOf(track.ChangedSequence));
                }
            }
            else if (observers.Count >= Limits.TimelineObserversMax)
            {
                throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"A timeline has at most {Limits.TimelineObserversMax} observers, those that were removed as well.")
                {
                    Field = "observer",
                    Limit = Limits.TimelineObserversMax,
                };
            }

            var status = track is { Status: ObserverStatus.Paused } ? ObserverStatus.Paused : ObserverStatus.Active;
            return new(ObserverDraft(define.Name, define.Policy, status, track?.Status == status ? track.Reason : ""), static receipt => receipt!);
        },
        ReceiptOf,
        cancellationToken);

    public async ValueTask<ObserverResult> ObserveAsync(ObserverCapture capture, CancellationToken cancellationToken)
    {
        try
        {
            return await TurnAsync(capture.Operation, capture.Actor, capture.Durability, () => PlanObserve(capture), RecallObserved, cancellationToken).ConfigureAwait(false);
        }
        catch (TemporalException refused) when (IsError(capture.Name, refused))
        {
            await TellErrorAsync(capture.Name, refused, capture.Actor, capture.Durability, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask<ObserverResult> ControlObserverAsync(ObserverOrder order, CancellationToken cancellationToken)
    {
        if (await RecallOrderAsync(order, cancellationToken).ConfigureAwait(false) is { } earlier)
        {
            return earlier;
        }

        var isFlush = order.Action == ObserverAction.Flush;
        var recorded = await FlushAsync(order.Name, isFlush ? order.Operation : null, order.Actor, order.Durability, cancellationToken).ConfigureAwait(false);
        while (order.Action != ObserverAction.Flush)
        {
            var changed = await TurnAsync(order.Operation, order.Actor, Durability.Durable, () => PlanStatus(order), RecallObserved, cancellationToken).ConfigureAwait(false);
            if (changed.Outcome != ObserverOutcome.Pending)
            {
                return recorded with { Receipt = changed.Receipt ?? recorded.Receipt, Status = changed.Status };
            }

            // A state came in between.
            recorded = await FlushAsync(order.Name, null, order.Actor, order.Durability, cancellationToken).ConfigureAwait(false);
        }

        return recorded;
    }

    public ValueTask<ImmutableArray<ObserverInfo>> ListObserversAsync(CancellationToken cancellationToken) => ReadAsync(
        () =>
        {
            Living();
            return observers.Values.Select(static track => track.ToInfo()).ToImmutableArray();
        },
        default,
        default,
        cancellationToken);

    // What is due by now is recorded by housekeeping when no state comes that would do it.
    private protected override ValueTask<bool> CleanUpAsync(CancellationToken cancellationToken) => RecordPendingAsync(onlyDue: true, Durability.Durable, cancellationToken);

    private protected override async ValueTask SettleAsync(CancellationToken cancellationToken) =>
        await RecordPendingAsync(onlyDue: false, Durability.Buffered, cancellationToken).ConfigureAwait(false);

    private async ValueTask<bool> RecordPendingAsync(bool onlyDue, Durability durability, CancellationToken cancellationToken)
    {
        string[] due;
        lock (Gate)
        {
            var now = NowMilliseconds;
            due = [.. observers.Values.Where(track => track.Pending is not null && (!onlyDue || track.IsDue(now))).Select(static track => track.Name)];
        }

        foreach (var name in due)
        {
            try
            {
                await FlushAsync(name, null, null, durability, cancellationToken).ConfigureAwait(false);
            }
            catch (TemporalException refused) when (refused.Kind is ErrorKind.Invalid or ErrorKind.Conflict or ErrorKind.NotFound)
            {
                // The observer's metrics say so.
                continue;
            }
        }

        return due.Length > 0;
    }

    private void ApplyObserver(in AppliedDelta delta, ReadOnlyMemory<byte> payload)
    {
        var (name, policy, status, reason, failure) = ObserverNotes.Read(payload);
        if (!observers.TryGetValue(name, out var track))
        {
            observers.Add(name, track = new ObserverTrack(name));
        }

        if (failure is { } error)
        {
            track.TellError(error.Message);
            return;
        }

        track.Change(policy, status, reason, delta.Sequence);
    }

    private void NoteObserved(ImmutableArray<KeyValuePair<string, string>> metadata, long sequence, HybridTimestamp systemTime, double? l2Norm)
    {
        foreach (var (key, value) in metadata)
        {
            if (key == ObserverKey && observers.TryGetValue(value, out var track))
            {
                track.NoteStep(sequence, systemTime, l2Norm);
            }
        }
    }

    // Under the gate. The clock that deltas are stamped by never runs backwards, so neither does what is due.
    private long NowMilliseconds => Math.Max(Services.Clock.NowMilliseconds, Services.Clock.Last.Milliseconds);

    // Under the gate.
    private TimelinePlan<ObserverResult> PlanObserve(ObserverCapture capture)
    {
        var (defined, steps) = Living();
        var track = ObserverOf(capture.Name);
        if (track.Status != ObserverStatus.Active)
        {
            throw new TemporalException(ErrorKind.Conflict, ErrorCodes.ObserverNotActive, $"Observer '{track.Name}' is {ObserverJson.NameOf(track.Status)}.") { Field = "observer" };
        }

        track.NoteShown(capture.State.Length);
        if (capture.State.Length != defined.Dimensions)
        {
            throw Failed(track, new TemporalException(ErrorKind.Invalid, ErrorCodes.DimensionMismatch, $"A state has {defined.Dimensions} components, not {capture.State.Length}.") { Field = "state" });
        }

        var head = steps.HeadStateOf(BranchOf(steps, track.Policy.Branch));
        track.Detector.Follow(head, capture.State.Span);
        if (!track.IsDue(NowMilliseconds) && track.PendingCount + 1 < track.Policy.BufferLimit)
        {
            track.Hold(capture.State.Span, capture.Metadata, capture.Actor);
            NoteHeldBack(track.Name, BranchOf(steps, track.Policy.Branch), head, capture.State, HeldByInterval);
            return new(null, _ => new ObserverResult { Outcome = ObserverOutcome.Pending, PendingCount = track.PendingCount });
        }

        return PlanCapture(defined, steps, track, capture.State, capture.Metadata, isNewest: true);
    }

    // Under the gate. A state that is due becomes a step, or a heartbeat, or nothing.
    private TimelinePlan<ObserverResult> PlanCapture(
        TimelineDefinition defined, TimelineHistory steps, ObserverTrack track, ReadOnlyMemory<float> state, ImmutableArray<KeyValuePair<string, string>> metadata, bool isNewest)
    {
        var branch = BranchOf(steps, track.Policy.Branch);
        var head = steps.HeadStateOf(branch);
        var changes = track.Detector.IsSignificant(head, state.Span, defined.Policy.MagnitudeThreshold)
            ? DeltaVector.Changes(head, state.Span, defined.Policy.MinComponentDiff)
            : DeltaVector.Empty(defined.Dimensions);
        if (changes.Count == 0)
        {
            NoteHeldBack(track.Name, branch, head, state, HeldByThreshold);
        }

        if (changes.Count == 0 && !track.Policy.Heartbeats)
        {
            track.NoteFiltered();
            track.Drop(isNewest);
            return new(null, static _ => new ObserverResult { Outcome = ObserverOutcome.Filtered });
        }

        try
        {
            RequireAllowed(defined.Policy, changes, MagnitudeOf(head, changes));
        }
        catch (TemporalException refused)
        {
            track.Drop(isNewest);
            throw Failed(track, refused);
        }

        var step = new TimelineStepPayload { Branch = branch.Name, Parent = branch.Head?.Sequence ?? 0, StateHash = HashWhenDue(defined, steps, branch), Vector = changes };
        var draft = new TimelineDraft
        {
            Kind = TimelineKinds.Observe,
            Write = step.Write,
            SizeHint = 128 + (changes.Count * 7),
            Metadata = metadata.Add(KeyValuePair.Create(ObserverKey, track.Name)),
        };
        if (track.PendingCount > 0)
        {
            (note.Observer, note.FlushedCount) = (track.Name, track.PendingCount + (isNewest ? 1 : 0));
        }

        return new(draft, receipt =>
        {
            track.Drop(isNewest);
            return new ObserverResult
            {
                Outcome = changes.Count == 0 ? ObserverOutcome.Heartbeat : ObserverOutcome.Captured,
                Receipt = receipt,
                Delta = DeltaOf(history!.FindStep(receipt!.Sequence)!),
            };
        });
    }

    // Whoever showed the state that waits is who records it, unless somebody orders it.
    private async ValueTask<ObserverResult> FlushAsync(string name, OperationStamp? operation, string? actor, Durability durability, CancellationToken cancellationToken)
    {
        lock (Gate)
        {
            RequireAlive();
            Living();
            actor = string.IsNullOrEmpty(actor) ? ObserverOf(name).PendingActor : actor;
        }

        try
        {
            return await TurnAsync(operation, actor, durability, () => PlanFlush(name), RecallObserved, cancellationToken).ConfigureAwait(false);
        }
        catch (TemporalException refused) when (IsError(name, refused))
        {
            await TellErrorAsync(name, refused, actor, durability, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    // Under the gate.
    private TimelinePlan<ObserverResult> PlanFlush(string name)
    {
        var (defined, steps) = Living();
        var track = ObserverOf(name);
        return track.Pending is { } pending
            ? PlanCapture(defined, steps, track, pending, track.PendingMetadata, isNewest: false)
            : new TimelinePlan<ObserverResult>(null, _ => new ObserverResult { Outcome = ObserverOutcome.Idle, Status = track.ToInfo().Status });
    }

    // Whether a refusal is the observer's own, and no delta says of one since it recorded something.
    private bool IsError(string name, TemporalException refused)
    {
        lock (Gate)
        {
            return observers.TryGetValue(name, out var track) && track.LastError == refused.Message && !track.IsErrorTold;
        }
    }

    // The first refusal of a row is a delta, so that it is an event; those that follow are counted in the metrics alone.
    private async ValueTask TellErrorAsync(string name, TemporalException refused, string? actor, Durability durability, CancellationToken cancellationToken) => await TurnAsync(
        null,
        actor ?? "",
        durability,
        () =>
        {
            var track = ObserverOf(name);
            var failure = new ObserverFailure(refused.Code, refused.Message);
            return track.LastError != refused.Message || track.IsErrorTold
                ? new TimelinePlan<bool>(null, static _ => false)
                : new TimelinePlan<bool>(
                    new TimelineDraft { Kind = TimelineKinds.Observer, Write = payload => ObserverNotes.Write(payload, track.Name, track.Policy, track.Status, track.Reason, failure) }, static _ => true);
        },
        static _ => false,
        cancellationToken).ConfigureAwait(false);

    // Under the gate. Pending says that there is something to record first.
    private TimelinePlan<ObserverResult> PlanStatus(ObserverOrder order)
    {
        var track = ObserverOf(order.Name);
        var status = StatusOf(order.Action);
        if (track.Pending is not null)
        {
            return new(null, static _ => new ObserverResult { Outcome = ObserverOutcome.Pending });
        }

        if (track.Status == ObserverStatus.Terminated && status != ObserverStatus.Terminated)
        {
            throw new TemporalException(ErrorKind.Conflict, ErrorCodes.ObserverNotActive, $"Observer '{track.Name}' was removed.") { Field = "observer" };
        }

        var isAlready = track.Status == status && track.ToInfo().Status == status;
        return isAlready && order.Operation is null
            ? new(null, _ => new ObserverResult { Outcome = ObserverOutcome.Idle, Status = status, Receipt = ReceiptOf(track.ChangedSequence) })
            : new(ObserverDraft(track.Name, track.Policy, status, isAlready ? track.Reason : order.Reason), receipt => new ObserverResult { Outcome = ObserverOutcome.Idle, Receipt = receipt, Status = status });
    }

    // The answer to an order that came again: nothing is recorded for it a second time.
    private async ValueTask<ObserverResult?> RecallOrderAsync(ObserverOrder order, CancellationToken cancellationToken)
    {
        ObserverResult? answer = null;
        long mark;
        lock (Gate)
        {
            RequireAlive();
            Living();
            if (FindOperation(order.Operation) is { } earlier)
            {
                answer = RecallObserved(earlier.Sequence);
                answer = order.Action == ObserverAction.Flush ? answer : answer with { Status = StatusOf(order.Action) };
            }

            mark = Sequence;
        }

        if (answer is not null)
        {
            await Log.WhenDurableAsync(mark, cancellationToken).ConfigureAwait(false);
        }

        return answer;
    }

    private static ObserverStatus StatusOf(ObserverAction action) => action switch
    {
        ObserverAction.Pause => ObserverStatus.Paused,
        ObserverAction.Resume => ObserverStatus.Active,
        _ => ObserverStatus.Terminated,
    };

    // Under the gate. The answer to a state that came again.
    private ObserverResult RecallObserved(long sequence)
    {
        var step = history!.FindStep(sequence);
        return new ObserverResult
        {
            Outcome = step is null ? ObserverOutcome.Idle : step.Indices.Length == 0 ? ObserverOutcome.Heartbeat : ObserverOutcome.Captured,
            Receipt = ReceiptOf(sequence),
            Delta = step is null ? null : DeltaOf(step),
        };
    }

    private static TimelineDraft ObserverDraft(string name, ObserverPolicy policy, ObserverStatus status, string reason) =>
        new() { Kind = TimelineKinds.Observer, Write = payload => ObserverNotes.Write(payload, name, policy, status, reason) };

    private static TemporalException Failed(ObserverTrack track, TemporalException refused)
    {
        track.Fail(refused.Message);
        return refused;
    }

    // Under the gate.
    private ObserverTrack ObserverOf(string name)
    {
        Living();
        return observers.TryGetValue(name, out var track)
            ? track
            : throw new TemporalException(ErrorKind.NotFound, ErrorCodes.ObserverNotFound, $"The timeline has no observer '{name}'.") { Field = "observer" };
    }
}
