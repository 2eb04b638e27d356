using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Timelines;

/// <content>
/// Many deltas in one turn. They are tried out one after the other on the newest state, under the gate and taken back before it
/// is left, so that the last one is refused before the first one is written; then they are encoded, and staged some at a time.
/// A crash leaves the first ones of them, as it would of deltas that came one by one; who sends the batch again with its key,
/// or with ids, completes it.
/// </content>
internal sealed partial class TimelineCore
{
    // So much is encoded before it is staged: what the nearest cache of a processor holds.
    private const int StagedBytesMax = 64 << 10;

    public async ValueTask<TimelineBatchResult> WriteBatchAsync(TimelineBatch batch, CancellationToken cancellationToken)
    {
        var vectors = RequireVectors(batch);
        var (plan, mark, refusal, noted) = (default(BatchPlan), 0L, default(TemporalException), default(TurnNote));
        var payloadBytes = 0L;
        Receipt? receipt = null;
        await writing.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            lock (Gate)
            {
                RequireAlive();
                (mark, note) = (Sequence, default);
                try
                {
                    plan = PlanBatch(batch, vectors);
                }
                catch (TemporalException refused)
                {
                    refusal = refused;
                }

                noted = TakeNote();
            }

            if (plan is not null)
            {
                payloadBytes = await StageBatchAsync(plan, batch, cancellationToken).ConfigureAwait(false);
                lock (Gate)
                {
                    receipt = ReceiptOf(plan.LastSequence) with { Durability = batch.Durability };
                    mark = Math.Max(mark, plan.LastSequence);
                }
            }
        }
        finally
        {
            writing.Exit();
        }

        if (batch.Durability == Durability.Durable || refusal is not null)
        {
            await Log.WhenDurableAsync(mark, cancellationToken).ConfigureAwait(false);
        }

        Tell(noted, mark, refusal);
        if (refusal is not null)
        {
            throw refusal;
        }

        if (plan!.Steps.Count > 0)
        {
            Events.BatchCreated(Id, plan.Steps.Count, plan.Steps[0].Sequence);
            Events.BatchCompressed(Id, plan.ComponentBytes, payloadBytes);
        }

        await ReleaseAsync(cancellationToken).ConfigureAwait(false);
        return new TimelineBatchResult { Receipt = receipt!, RecordedCount = plan.Steps.Count, KnownCount = batch.Deltas.Length - plan.Steps.Count, FirstSequence = plan.FirstSequence };
    }

    private DeltaVector[] RequireVectors(TimelineBatch batch)
    {
        try
        {
            return VectorsOf(batch);
        }
        catch (TemporalException refused) when (refused.Kind is ErrorKind.Invalid or ErrorKind.NotFound)
        {
            Events.DeltaRejected(Id, refused.Code);
            throw;
        }
    }

    // What does not depend on the state is refused before the turn.
    private DeltaVector[] VectorsOf(TimelineBatch batch)
    {
        var dimensions = 0;
        lock (Gate)
        {
            RequireAlive();
            dimensions = Living().Definition.Dimensions;
        }

        if (batch.Dimensions != 0 && batch.Dimensions != dimensions)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.DimensionMismatch, $"The deltas are of a state of {batch.Dimensions} components, and the timeline has {dimensions}.") { Field = "deltas" };
        }

        var vectors = new DeltaVector[batch.Deltas.Length];
        for (var i = 0; i < vectors.Length; i++)
        {
            vectors[i] = At(i, batch.Deltas[i], write => DeltaVector.Create(dimensions, write.Indices.Span, write.Values.Span));
        }

        return vectors;
    }

    // Under the gate.
    private BatchPlan PlanBatch(TimelineBatch batch, DeltaVector[] vectors)
    {
        var (defined, steps) = Living();
        var branch = BranchOf(steps, batch.Branch);
        var plan = new BatchPlan { StepsSinceHash = branch.StepsSinceHash, MagnitudeSinceHash = branch.MagnitudeSinceHash, NextSequence = Sequence + 1, Parent = branch.Head?.Sequence ?? 0 };
        var tried = new List<(DeltaVector Set, float[] Before)>(vectors.Length);
        try
        {
            for (var i = 0; i < vectors.Length; i++)
            {
                At(i, batch.Deltas[i], write =>
                {
                    PlanDelta(plan, defined, steps, branch, write, vectors[i], StampOf(batch.Operation, i), tried);
                    return 0;
                });
            }
        }
        finally
        {
            for (var i = tried.Count - 1; i >= 0; i--)
            {
                steps.Undo(branch, tried[i].Set, tried[i].Before);
            }
        }

        return plan;
    }

    // Under the gate.
    private void PlanDelta(
        BatchPlan plan, TimelineDefinition defined, TimelineHistory steps, TimelineBranch branch, TimelineWrite write, DeltaVector vector, OperationStamp? operation, List<(DeltaVector Set, float[] Before)> tried)
    {
        if (FindOperation(operation) is { } earlier)
        {
            plan.Note(earlier.Sequence);
            return;
        }

        if (write.Id is { } id && (steps.FindStep(id)?.Sequence ?? steps.FindLetGo(id) ?? plan.FindOwn(id)) is { } known)
        {
            plan.Note(known);
            return;
        }

        var changed = default(HashSet<int>);
        if (write.Parent is { } name && !plan.EndsWith(name))
        {
            RequireKept(steps, name);
            if (plan.Steps.Count > 0 || !TryFindParent(steps, branch, name, out var parent))
            {
                throw new TemporalException(ErrorKind.Conflict, ErrorCodes.ParentUnknown, $"'{name}' is not the delta before.") { Field = "parent" };
            }

            changed = ChangedSince(parent, branch.Head);
        }

        var head = steps.HeadStateOf(branch);
        var set = Resolve(defined.Policy, head, changed, vector, write.IsAdditive);
        RequireAllowed(defined.Policy, head, set);
        var isHashed = IsHashDue(defined.Policy, plan.StepsSinceHash, plan.MagnitudeSinceHash);
        var step = new TimelineStepPayload { Branch = branch.Name, Parent = plan.Parent, Id = write.Id, StateHash = isHashed ? steps.HashHead(branch) : null, Vector = set };
        var before = steps.Try(branch, set);
        tried.Add((set, before));
        plan.StepsSinceHash = isHashed ? 0 : plan.StepsSinceHash + 1;
        if (defined.Policy.CheckpointMagnitude is not null)
        {
            plan.MagnitudeSinceHash = (isHashed ? 0 : plan.MagnitudeSinceHash) + DeltaMagnitude.Of(before, set.Values, set.Dimensions).L2Norm;
        }

        plan.Add(step, write, operation);
    }

    // Bytes of the payloads that are written.
    private async ValueTask<long> StageBatchAsync(BatchPlan plan, TimelineBatch batch, CancellationToken cancellationToken)
    {
        var ready = new List<(PreparedDelta Prepared, BatchStep Step)>();
        var (bytes, payloadBytes) = (0, 0L);
        for (var i = 0; i < plan.Steps.Count; i++)
        {
            var step = plan.Steps[i];
            var draft = new TimelineDraft { Kind = TimelineKinds.Apply, Write = step.Payload.Write, Step = step.Payload, SizeHint = 128 + (step.Payload.Vector.Count * 7), Metadata = step.Write.Metadata };
            var prepared = Prepare(draft, step.Operation, batch.Actor);
            ready.Add((prepared, step));
            bytes += Encoder.GetRecordLength(prepared.Draft);
            payloadBytes += prepared.Draft.Payload.Length;
            if (bytes < StagedBytesMax && i + 1 < plan.Steps.Count)
            {
                continue;
            }

            await Log.ReserveAsync(bytes, cancellationToken).ConfigureAwait(false);
            StageReady(ready, bytes, batch.Durability);
            ready.Clear();
            bytes = 0;

            // What has begun is not left half done because the caller has lost patience.
            cancellationToken = CancellationToken.None;
        }

        return payloadBytes;
    }

    private void StageReady(List<(PreparedDelta Prepared, BatchStep Step)> ready, int bytes, Durability durability)
    {
        lock (Gate)
        {
            var left = bytes;
            try
            {
                RequireAlive();
                foreach (var (prepared, step) in ready)
                {
                    var length = Encoder.GetRecordLength(prepared.Draft);
                    if (Stage(prepared, step.Payload, durability).Sequence != step.Sequence)
                    {
                        throw new InvalidOperationException($"Another delta came into the turn of a batch: {Sequence} stands where {step.Sequence} was planned.");
                    }

                    left -= length;
                }
            }
            catch
            {
                Log.Release(left);
                throw;
            }
        }
    }

    // Each delta is recognised by itself, so a batch that was cut short by a crash is completed.
    private static OperationStamp? StampOf(OperationStamp? operation, int place) => operation is null ? null : operation with { Key = $"{operation.Key}/{place}" };

    private static T At<T>(int place, TimelineWrite write, Func<TimelineWrite, T> act)
    {
        try
        {
            return act(write);
        }
        catch (TemporalException refused) when (refused.Kind is ErrorKind.Invalid or ErrorKind.Conflict or ErrorKind.NotFound && refused.Code != ErrorCodes.IdempotencyKeyReused)
        {
            throw new TemporalException(refused.Kind, refused.Code, $"Delta {place}: {refused.Message}", refused) { Field = $"deltas[{place}].{refused.Field}", Limit = refused.Limit };
        }
    }

    private sealed record BatchStep(TimelineStepPayload Payload, TimelineWrite Write, OperationStamp? Operation, long Sequence);

    private sealed class BatchPlan
    {
        private readonly Dictionary<string, long> own = new(StringComparer.Ordinal);

        public List<BatchStep> Steps { get; } = [];

        public required int StepsSinceHash { get; set; }

        public required double MagnitudeSinceHash { get; set; }

        public required long NextSequence { get; set; }

        public required long Parent { get; set; }

        public long LastSequence { get; private set; }

        public long FirstSequence { get; private set; }

        public long ComponentBytes { get; private set; }

        public long? FindOwn(string id) => own.TryGetValue(id, out var sequence) ? sequence : null;

        public bool EndsWith(string name) =>
            Steps.Count > 0 && (Steps[^1].Write.Id == name || Steps[^1].Sequence.ToString(System.Globalization.CultureInfo.InvariantCulture) == name);

        public void Note(long sequence)
        {
            FirstSequence = FirstSequence == 0 ? sequence : FirstSequence;
            LastSequence = sequence;
        }

        public void Add(TimelineStepPayload payload, TimelineWrite write, OperationStamp? operation)
        {
            Steps.Add(new BatchStep(payload, write, operation, NextSequence));
            ComponentBytes += payload.Vector.Count * (long)DeltaVector.EntryBytes;
            Parent = NextSequence;
            if (write.Id is { } id)
            {
                own[id] = NextSequence;
            }

            Note(NextSequence++);
        }
    }
}
