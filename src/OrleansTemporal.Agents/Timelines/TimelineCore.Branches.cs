using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Timelines;

// Branches, merges, rollbacks, marks.
internal sealed partial class TimelineCore
{
    public async ValueTask<Receipt> BranchAsync(TimelineBranchOrder order, CancellationToken cancellationToken)
    {
        await CloseAsync(order.From.AsOf, cancellationToken).ConfigureAwait(false);
        return await TurnAsync(order.Operation, order.Actor, Durability.Durable, () => PlanBranch(order), ReceiptOf, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<TimelineMergeResult> MergeAsync(TimelineMergeOrder order, CancellationToken cancellationToken) =>
        TurnAsync(order.Operation, order.Actor, Durability.Durable, () => PlanMerge(order), RecallMerge, cancellationToken);

    public async ValueTask<TimelineWriteResult> RollBackAsync(TimelineRollbackOrder order, CancellationToken cancellationToken)
    {
        // Before every delta there is nothing to close.
        if (order.To is { Value: > 0 } instant)
        {
            await CloseAsync(AsOf.At(instant), cancellationToken).ConfigureAwait(false);
        }

        return await TurnAsync(order.Operation, order.Actor, Durability.Durable, () => PlanRollback(order), RecallRollback, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<Receipt> MarkAsync(TimelineMarkOrder order, CancellationToken cancellationToken) => TurnAsync(
        order.Operation,
        order.Actor,
        Durability.Durable,
        () =>
        {
            var (_, steps) = Living();
            if (steps.FindStep(order.Mark.Sequence) is null)
            {
                throw steps.IsLetGo(order.Mark.Sequence) ? LetGo(order.Mark.Sequence, "sequence") : NoStep(order.Mark.Sequence);
            }

            return new TimelinePlan<Receipt>(
                new TimelineDraft { Kind = TimelineKinds.Mark, Write = payload => TimelineNotes.WriteMark(payload, order.Mark) }, static receipt => receipt!);
        },
        ReceiptOf,
        cancellationToken);

    // Under the gate.
    private TimelinePlan<Receipt> PlanBranch(TimelineBranchOrder order)
    {
        var (_, steps) = Living();
        if (order.Remove)
        {
            if (order.Name == TimelineHistory.Main)
            {
                throw new TemporalException(ErrorKind.Conflict, ErrorCodes.BranchProtected, "'main' can not be removed.") { Field = "branch" };
            }

            BranchOf(steps, order.Name);
            return new(new TimelineDraft { Kind = TimelineKinds.Branch, Write = payload => TimelineNotes.WriteBranch(payload, order.Name, "", 0, isRemoved: true) }, static receipt => receipt!);
        }

        if (steps.FindBranch(order.Name) is not null)
        {
            throw new TemporalException(ErrorKind.Conflict, ErrorCodes.BranchExists, $"There is a branch '{order.Name}' already.") { Field = "name" };
        }

        if (steps.Branches.Count() >= Limits.TimelineBranchesMax)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"A timeline has at most {Limits.TimelineBranchesMax} branches.") { Field = "name", Limit = Limits.TimelineBranchesMax };
        }

        BranchOf(steps, order.From.Branch);
        var fork = StepAt(steps, order.From)?.Sequence ?? 0;
        return new(new TimelineDraft { Kind = TimelineKinds.Branch, Write = payload => TimelineNotes.WriteBranch(payload, order.Name, order.From.Branch, fork, isRemoved: false) }, static receipt => receipt!);
    }

    // Under the gate.
    private TimelinePlan<TimelineMergeResult> PlanMerge(TimelineMergeOrder order)
    {
        var (defined, steps) = Living();
        if (order.Source == order.Into)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, "A branch is not merged into itself.") { Field = "into" };
        }

        var (source, into) = (BranchOf(steps, order.Source), BranchOf(steps, order.Into));
        RequireHead(order.IfSourceSequence, source);
        RequireHead(order.IfIntoSequence, into);
        var (theirs, ours) = (source.Head, into.Head);
        var bases = TimelineHistory.NearestCommonAncestors(ours, theirs);
        var result = new TimelineMergeResult
        {
            Base = [.. bases.Select(static step => step.Sequence)],
            Conflicts = [],
            ConflictCount = 0,
            SourceSequence = theirs?.Sequence ?? 0,
            IntoSequence = ours?.Sequence ?? 0,
        };
        if (theirs is null || bases.Contains(theirs))
        {
            return new(null, _ => result with { Receipt = order.IsDryRun || ours is null ? null : ReceiptOf(ours.Sequence) });
        }

        var decided = DeltaVector.Create(defined.Dimensions, order.DecidedIndices.Span, order.DecidedValues.Span);
        var merge = new ThreeWayMerge(steps, bases.FirstOrDefault(), ours, theirs, steps.HeadStateOf(into), steps.HeadStateOf(source));
        DeltaVector set;
        try
        {
            set = merge.Run(order.Conflict ?? defined.Policy.Conflict, decided, order.IsDryRun);
        }
        finally
        {
            note.ConflictCount = merge.ConflictCount;
        }

        result = result with { Conflicts = [.. merge.Conflicts.Take(Limits.PageCountMax)], ConflictCount = merge.ConflictCount };
        if (order.IsDryRun)
        {
            return new(null, _ => result);
        }

        RequireUnlocked(defined.Policy, set);
        var step = new TimelineStepPayload
        {
            Branch = into.Name,
            Parent = ours?.Sequence ?? 0,
            MergeParent = theirs.Sequence,
            StateHash = HashWhenDue(defined, steps, into),
            Vector = set,
        };
        var draft = new TimelineDraft
        {
            Kind = TimelineKinds.Merge,
            Write = step.Write,
            SizeHint = 128 + (set.Count * 7),
            Causes = [new WriteId(Encoder.AgentDigest, theirs.Sequence, 0)],
        };
        return new(draft, receipt => result with { Receipt = receipt, Delta = DeltaOf(steps.FindStep(receipt!.Sequence)!) });
    }

    // Under the gate. A merge that came again says where it stands; what conflicted was told when it was made.
    private TimelineMergeResult RecallMerge(long sequence)
    {
        var step = history!.FindStep(sequence)!;
        return new TimelineMergeResult
        {
            Base = [.. TimelineHistory.NearestCommonAncestors(step.Parent, step.MergeParent).Select(static ancestor => ancestor.Sequence)],
            Conflicts = [],
            ConflictCount = 0,
            SourceSequence = step.MergeParent?.Sequence ?? 0,
            IntoSequence = step.Parent?.Sequence ?? 0,
            Receipt = ReceiptOf(sequence),
            Delta = DeltaOf(step),
        };
    }

    private static void RequireHead(long? expected, TimelineBranch branch)
    {
        if (expected is { } sequence && sequence != (branch.Head?.Sequence ?? 0))
        {
            throw new TemporalException(ErrorKind.Conflict, ErrorCodes.PreconditionFailed, $"Branch '{branch.Name}' is at {branch.Head?.Sequence ?? 0} by now, not at {sequence}.") { Field = "branch" };
        }
    }

    // Under the gate.
    private TimelinePlan<TimelineWriteResult> PlanRollback(TimelineRollbackOrder order)
    {
        var (defined, steps) = Living();
        var branch = BranchOf(steps, order.Branch);
        var target = TargetOf(steps, branch, order);
        var present = branch.Head?.Position;
        var undone = CountUndone(present, target);
        if (present == target)
        {
            return new(null, _ => Unchanged(branch, TimelineOutcome.Known));
        }

        var goal = new float[defined.Dimensions];
        steps.CopyState(target, goal);
        var set = DeltaVector.Changes(steps.HeadStateOf(branch), goal, 0);
        return PlanStep(
            new TimelineStepPayload
            {
                Branch = branch.Name,
                Parent = branch.Head?.Sequence ?? 0,
                Restored = target?.Sequence ?? 0,
                StateHash = HashWhenDue(defined, steps, branch),
                Vector = set,
            },
            TimelineChange.Rollback,
            [],
            undone);
    }

    // Under the gate. A rollback that came again says what it undid, as long as it is kept.
    private TimelineWriteResult RecallRollback(long sequence) =>
        history!.FindStep(sequence) is { } step ? Recall(sequence) with { UndoneCount = CountUndone(step.Parent?.Position, step.Position) } : Recall(sequence);

    // Under the gate. What is undone already does not count again.
    private TimelineStep? TargetOf(TimelineHistory steps, TimelineBranch branch, TimelineRollbackOrder order)
    {
        if (order.Count is { } count)
        {
            var step = branch.Head?.Position;
            for (var undone = 0; undone < count; undone++)
            {
                if (step is null)
                {
                    throw new TemporalException(ErrorKind.Conflict, ErrorCodes.NothingToRollBack, $"Only {undone} steps of '{branch.Name}' can be undone.") { Field = "count", Limit = undone };
                }

                step = step.Composed is { } composed ? throw LetGo(composed.LetGo[^1].Sequence, "count") : step.Parent?.Position;
            }

            return step;
        }

        if (order.ToSequence is { } sequence)
        {
            if (sequence > Sequence)
            {
                throw NoStep(sequence);
            }

            return KeptAt(branch, ulong.MaxValue, sequence, "toSequence")?.Position;
        }

        return KeptAt(branch, order.To!.Value.Value, long.MaxValue, "to")?.Position;
    }

    private static int CountUndone(TimelineStep? from, TimelineStep? to)
    {
        var count = 0;
        for (var step = from; step != to; step = step.Parent?.Position)
        {
            if (step is null)
            {
                return 0;
            }

            count += 1 + (step.Composed?.LetGo.Length ?? 0);
        }

        return count;
    }

    private static TemporalException NoStep(long sequence) =>
        new(ErrorKind.NotFound, ErrorCodes.StepNotFound, $"Delta {sequence} is no step of this timeline.") { Field = "sequence" };
}
