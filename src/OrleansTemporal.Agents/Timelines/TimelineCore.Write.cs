using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Timelines;

// What makes steps: observed states, deltas, and deltas that waited for their parents.
internal sealed partial class TimelineCore
{
    public ValueTask<Receipt> DefineAsync(TimelineDefine define, CancellationToken cancellationToken) => TurnAsync(
        define.Operation,
        define.Actor,
        Durability.Durable,
        () =>
        {
            if (definition is { } present && present.Dimensions != define.Definition.Dimensions)
            {
                throw new TemporalException(ErrorKind.Conflict, ErrorCodes.DimensionsFixed, $"The timeline has {present.Dimensions} components, and keeps them.") { Field = "dimensions" };
            }

            var bytes = TimelineJson.ToBytes(define.Definition);
            return definition is not null && bytes.AsSpan().SequenceEqual(TimelineJson.ToBytes(definition))
                ? new TimelinePlan<Receipt>(null, _ => ReceiptOf(definitionSequence))
                : new TimelinePlan<Receipt>(new TimelineDraft { Kind = TimelineKinds.Define, Write = payload => System.Buffers.BuffersExtensions.Write(payload, bytes) }, static receipt => receipt!);
        },
        ReceiptOf,
        cancellationToken);

    public async ValueTask<TimelineWriteResult> WriteAsync(TimelineWrite write, CancellationToken cancellationToken)
    {
        DeltaVector? vector = null;
        var result = await TurnAsync(
            write.Operation,
            write.Actor,
            write.Durability,
            () =>
            {
                var (defined, steps) = Living();
                if (write.State.IsEmpty)
                {
                    vector ??= DeltaVector.Create(defined.Dimensions, write.Indices.Span, write.Values.Span);
                    return PlanDelta(defined, steps, write, vector);
                }

                return PlanState(defined, steps, write);
            },
            Recall,
            cancellationToken).ConfigureAwait(false);
        await ReleaseAsync(cancellationToken).ConfigureAwait(false);
        return result;
    }

    // Under the gate.
    private TimelinePlan<TimelineWriteResult> PlanState(TimelineDefinition defined, TimelineHistory steps, TimelineWrite write)
    {
        if (write.State.Length != defined.Dimensions)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.DimensionMismatch, $"A state has {defined.Dimensions} components, not {write.State.Length}.") { Field = "state" };
        }

        if (Known(steps, write.Id) is { } known)
        {
            return known;
        }

        var branch = BranchOf(steps, write.Branch);
        var head = steps.HeadStateOf(branch);
        var changes = DeltaVector.Changes(head, write.State.Span, defined.Policy.MinComponentDiff);
        var magnitude = MagnitudeOf(head, changes);
        if (changes.Count == 0 || (defined.Policy.MagnitudeThreshold > 0 && magnitude.L2Norm <= defined.Policy.MagnitudeThreshold))
        {
            NoteHeldBack("", branch, head, write.State, HeldByThreshold);
            return new(null, _ => Unchanged(branch, TimelineOutcome.BelowThreshold));
        }

        RequireAllowed(defined.Policy, changes, magnitude);
        return PlanStep(defined, steps, branch, TimelineChange.Capture, changes, write);
    }

    // Under the gate.
    private TimelinePlan<TimelineWriteResult> PlanDelta(TimelineDefinition defined, TimelineHistory steps, TimelineWrite write, DeltaVector vector)
    {
        if (Known(steps, write.Id) is { } known)
        {
            return known;
        }

        var branch = BranchOf(steps, write.Branch);
        var parent = branch.Head;
        RequireKept(steps, write.Parent);
        if (write.Parent is { } name && !TryFindParent(steps, branch, name, out parent))
        {
            if (defined.Policy.Gap != TimelineGapRule.Buffer || write.Id is null)
            {
                throw new TemporalException(ErrorKind.Conflict, ErrorCodes.ParentUnknown, $"Branch '{branch.Name}' has no delta '{name}'.") { Field = "parent" };
            }

            return PlanWaiting(write, vector, name);
        }

        var head = steps.HeadStateOf(branch);
        var set = Resolve(defined.Policy, head, ChangedSince(parent, branch.Head), vector, write.IsAdditive);
        RequireAllowed(defined.Policy, head, set);
        return PlanStep(defined, steps, branch, TimelineChange.Apply, set, write);
    }

    private TimelinePlan<TimelineWriteResult> PlanWaiting(TimelineWrite write, DeltaVector vector, string parent)
    {
        if (waiting.Exists(other => other.Step.Id == write.Id))
        {
            return new(null, _ => Latest(TimelineOutcome.Buffered));
        }

        if (waiting.Count >= Limits.TimelineBufferedMax)
        {
            throw new TemporalException(ErrorKind.Throttled, ErrorCodes.TooBusy, $"At most {Limits.TimelineBufferedMax} deltas wait for their parents.") { Limit = Limits.TimelineBufferedMax };
        }

        var payload = new TimelineStepPayload { Branch = write.Branch, Id = write.Id, ParentName = parent, IsAdditive = write.IsAdditive, Vector = vector };
        var draft = new TimelineDraft { Kind = TimelineKinds.Buffer, Write = payload.Write, Metadata = write.Metadata };
        return new(draft, receipt => new TimelineWriteResult { Outcome = TimelineOutcome.Buffered, Receipt = receipt });
    }

    // Under the gate.
    private TimelinePlan<TimelineWriteResult> PlanStep(
        TimelineDefinition defined, TimelineHistory steps, TimelineBranch branch, TimelineChange change, DeltaVector set, TimelineWrite write) =>
        PlanStep(
            new TimelineStepPayload { Branch = branch.Name, Parent = branch.Head?.Sequence ?? 0, Id = write.Id, StateHash = HashWhenDue(defined, steps, branch), Vector = set },
            change,
            write.Metadata);

    // Under the gate.
    private TimelinePlan<TimelineWriteResult> PlanStep(TimelineStepPayload step, TimelineChange change, ImmutableArray<KeyValuePair<string, string>> metadata, int undone = 0)
    {
        var draft = new TimelineDraft { Kind = TimelineKinds.Of(change), Write = step.Write, Step = step, SizeHint = 128 + (step.Vector.Count * 7), Metadata = metadata };
        return new(draft, receipt => new TimelineWriteResult
        {
            Outcome = TimelineOutcome.Recorded,
            Receipt = receipt,
            Delta = DeltaOf(history!.FindStep(receipt!.Sequence)!),
            UndoneCount = undone,
        });
    }

    // Under the gate. The answer to a request that came again.
    private TimelineWriteResult Recall(long sequence)
    {
        var step = history!.FindStep(sequence);
        return new TimelineWriteResult
        {
            Outcome = step is not null ? TimelineOutcome.Recorded : history.IsLetGo(sequence) ? TimelineOutcome.Known : TimelineOutcome.Buffered,
            Receipt = ReceiptOf(sequence),
            Delta = step is null ? null : DeltaOf(step),
        };
    }

    // Under the gate.
    private TimelinePlan<TimelineWriteResult>? Known(TimelineHistory steps, string? id) => id is not null && steps.FindStep(id) is { } known
        ? new(null, _ => new TimelineWriteResult { Outcome = TimelineOutcome.Known, Receipt = ReceiptOf(known.Sequence), Delta = DeltaOf(known) })
        : id is not null && steps.FindLetGo(id) is { } gone ? new(null, _ => new TimelineWriteResult { Outcome = TimelineOutcome.Known, Receipt = ReceiptOf(gone) })
        : null;

    // Under the gate.
    private TimelineWriteResult Unchanged(TimelineBranch branch, TimelineOutcome outcome) => new()
    {
        Outcome = outcome,
        Receipt = branch.Head is { } head ? ReceiptOf(head.Sequence) : null,
        Delta = branch.Head is { } step ? DeltaOf(step) : null,
    };

    // Under the gate.
    private TimelineWriteResult Latest(TimelineOutcome outcome) => new() { Outcome = outcome, Receipt = ReceiptOf(Sequence) };

    // What a writer names as the delta before may have been let go.
    private static void RequireKept(TimelineHistory steps, string? parent)
    {
        if (parent is not null && steps.FindStep(parent) is null
            && (steps.FindLetGo(parent) ?? (long.TryParse(parent, System.Globalization.NumberStyles.None, null, out var sequence) ? sequence : 0)) is var named && steps.IsLetGo(named))
        {
            throw LetGo(named, "parent");
        }
    }

    private static bool TryFindParent(TimelineHistory steps, TimelineBranch branch, string name, out TimelineStep? parent)
    {
        var named = steps.FindStep(name) ?? (long.TryParse(name, System.Globalization.NumberStyles.None, null, out var sequence) ? steps.FindStep(sequence) : null);
        parent = named is null ? null : branch.Last(step => step.Sequence <= named.Sequence);
        return named is not null && parent == named;
    }

    // Components that were changed since the parent that a delta names; null for none, as of nearly every delta.
    private static HashSet<int>? ChangedSince(TimelineStep? parent, TimelineStep? head)
    {
        if (parent == head)
        {
            return null;
        }

        var changed = new HashSet<int>();
        foreach (var step in TimelineHistory.Line(parent, head))
        {
            changed.UnionWith(step.Indices);
        }

        return changed;
    }

    // Under the gate. The new values that come of a delta: of components that were changed since its parent the rule decides.
    private DeltaVector Resolve(TimelinePolicy policy, float[] head, HashSet<int>? changed, DeltaVector vector, bool isAdditive)
    {
        var places = vector.Indices;
        var numbers = vector.Values;
        if (changed is null && !isAdditive && DiffersEverywhere(head, places, numbers))
        {
            return vector;
        }

        var (indices, values) = (new int[places.Length], new float[places.Length]);
        var count = 0;
        for (var i = 0; i < places.Length; i++)
        {
            var (index, value) = (places[i], numbers[i]);
            var present = head[index];
            var next = isAdditive ? present + value : value;
            if (changed is not null && changed.Contains(index))
            {
                // Differences add up in any order, so they are no conflict unless somebody wants none.
                note.ConflictCount += isAdditive && policy.Conflict is TimelineConflictRule.LastWriteWins or TimelineConflictRule.Merge ? 0 : 1;
                next = policy.Conflict switch
                {
                    TimelineConflictRule.Reject => throw Contested(index, places, changed),
                    TimelineConflictRule.FirstWriteWins => present,
                    TimelineConflictRule.Merge when !isAdditive => Mean(present, value),
                    _ => next,
                };
            }

            if (!float.IsFinite(next))
            {
                throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"Component {index} would not be finite any more.") { Field = "values" };
            }

            if (BitConverter.SingleToInt32Bits(next) != BitConverter.SingleToInt32Bits(present))
            {
                (indices[count], values[count]) = (index, next);
                count++;
            }
        }

        return DeltaVector.Take(vector.Dimensions, indices, values, count);
    }

    // Under the gate.
    private TemporalException Contested(int first, ReadOnlySpan<int> places, HashSet<int> changed)
    {
        note.ConflictCount = 0;
        foreach (var place in places)
        {
            note.ConflictCount += changed.Contains(place) ? 1 : 0;
        }

        return new TemporalException(ErrorKind.Conflict, ErrorCodes.MergeConflict, $"Component {first} was changed since the parent.") { Field = "indices" };
    }

    // As of most deltas of new values: they are what is set, and nothing is copied.
    private static bool DiffersEverywhere(ReadOnlySpan<float> head, ReadOnlySpan<int> places, ReadOnlySpan<float> numbers)
    {
        for (var i = 0; i < places.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(head[places[i]]) == BitConverter.SingleToInt32Bits(numbers[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static float Mean(float left, float right) => (float)(((double)left + right) / 2);

    private static DeltaMagnitude MagnitudeOf(ReadOnlySpan<float> state, DeltaVector set)
    {
        var before = new float[set.Count];
        for (var i = 0; i < before.Length; i++)
        {
            before[i] = state[set.Indices[i]];
        }

        return DeltaMagnitude.Of(before, set.Values, set.Dimensions);
    }

    private static void RequireAllowed(TimelinePolicy policy, ReadOnlySpan<float> state, DeltaVector set) =>
        RequireAllowed(policy, set, policy.MaxMagnitude is null ? default : MagnitudeOf(state, set));

    private static void RequireAllowed(TimelinePolicy policy, DeltaVector set, DeltaMagnitude magnitude)
    {
        if (policy.MaxMagnitude is { } max && magnitude.L2Norm > max)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.MagnitudeExceeded, $"The change is {magnitude.L2Norm} long, and at most {max} is accepted.") { Field = "values" };
        }

        RequireUnlocked(policy, set);
    }

    private static void RequireUnlocked(TimelinePolicy policy, DeltaVector set)
    {
        foreach (var locked in policy.LockedDimensions)
        {
            if (set.Indices.BinarySearch(locked) >= 0)
            {
                throw new TemporalException(ErrorKind.Invalid, ErrorCodes.ComponentLocked, $"Component {locked} can not be changed.") { Field = "indices" };
            }
        }
    }

    // Under the gate.
    private static Distinction? HashWhenDue(TimelineDefinition defined, TimelineHistory steps, TimelineBranch branch) =>
        IsHashDue(defined.Policy, branch.StepsSinceHash, branch.MagnitudeSinceHash) ? steps.HashHead(branch) : null;

    private static bool IsHashDue(TimelinePolicy policy, int stepsSince, double magnitudeSince) =>
        stepsSince + 1 >= policy.CheckpointEvery || magnitudeSince > policy.CheckpointMagnitude;

    // Deltas whose parents have come are applied, each as a step of its own. A crash in between leaves them waiting, and the
    // next writer goes on.
    private ValueTask ReleaseAsync(CancellationToken cancellationToken)
    {
        lock (Gate)
        {
            if (waiting.Count == 0)
            {
                return ValueTask.CompletedTask;
            }
        }

        return ReleaseWaitingAsync(cancellationToken);
    }

    private async ValueTask ReleaseWaitingAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            WaitingDelta? next;
            lock (Gate)
            {
                next = history is { } steps ? waiting.Find(other => !other.IsRefused && IsReady(steps, other)) : null;
            }

            if (next is null)
            {
                return;
            }

            try
            {
                await TurnAsync(
                    null,
                    "",
                    Durability.Durable,
                    () =>
                    {
                        var (defined, steps) = Living();
                        return PlanDelta(defined, steps, new TimelineWrite { Branch = next.Step.Branch, Id = next.Step.Id, Parent = next.Step.ParentName, IsAdditive = next.Step.IsAdditive, Metadata = next.Metadata }, next.Step.Vector);
                    },
                    Recall,
                    cancellationToken).ConfigureAwait(false);
            }
            catch (TemporalException refused) when (refused.Kind is ErrorKind.Invalid or ErrorKind.Conflict or ErrorKind.NotFound)
            {
                next.IsRefused = true;
            }
        }
    }

    private static bool IsReady(TimelineHistory steps, WaitingDelta delta) =>
        steps.FindBranch(delta.Step.Branch) is { } branch && TryFindParent(steps, branch, delta.Step.ParentName!, out _);
}
