using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Hosting;
using OrleansTemporal.Storage.Manifests;

namespace OrleansTemporal.Timelines;

/// <summary>
/// State of a timeline, folded from its first delta: every step of every branch. Writers take turns, since what a step is
/// depends on the state before it: the step is found under the gate, encoded and hashed outside of it, and staged under it.
/// </summary>
internal sealed partial class TimelineCore : AgentCore
{
    private const int SaltBytes = 16;

    private readonly TurnGate writing;
    private readonly List<(HybridTimestamp Time, Distinction Root)> places = [];
    private readonly List<TimelineMark> marks = [];
    private readonly List<long> markSequences = [];
    private readonly List<WaitingDelta> waiting = [];
    private TimelineDefinition? definition;
    private long definitionSequence;
    private HybridTimestamp definedAt;
    private TimelineHistory? history;

    // What is being staged, as it was before it was written; null in replay.
    private TimelineStepPayload? staged;

    public TimelineCore(AgentId id, AgentServices services)
        : base(id, services) => writing = new TurnGate(services.Scheduler);

    protected override bool ReplaysFromGenesis => true;

    protected override void Apply(in AppliedDelta delta)
    {
        places.Add((delta.SystemTime, Root));
        if (!Defers(delta))
        {
            ApplyNow(delta);
        }
    }

    // Under the gate.
    private void ApplyNow(in AppliedDelta delta)
    {
        var payload = delta.Payload!.Value;

        if (delta.Kind == TimelineKinds.Define)
        {
            definition = TimelineNotes.ReadDefinition(payload);
            definitionSequence = delta.Sequence;
            if (history is null)
            {
                history = new TimelineHistory(definition.Dimensions);
                definedAt = delta.SystemTime;
            }
        }
        else if (history is null)
        {
            throw Corrupt($"delta {delta.Sequence} comes before the timeline was defined");
        }
        else if (delta.Kind == TimelineKinds.Branch)
        {
            ApplyBranch(delta, payload, history);
        }
        else if (delta.Kind == TimelineKinds.Mark)
        {
            marks.Add(TimelineNotes.ReadMark(payload, delta.SystemTime));
            markSequences.Add(delta.Sequence);
        }
        else if (delta.Kind == TimelineKinds.Observer)
        {
            ApplyObserver(delta, payload);
        }
        else if (delta.Kind == TimelineKinds.Thin)
        {
            ApplyThinning(delta.Sequence, payload, history);
        }
        else
        {
            ApplyStep(delta, payload, history);
        }
    }

    protected override void RestoreFacetState(ReadOnlySpan<byte> facetState, Manifest manifest)
    {
    }

    protected override (ReadOnlyMemory<byte> FacetState, object? Memory) CutGeneration(long lastSequence) => (default, null);

    private void ApplyBranch(in AppliedDelta delta, ReadOnlyMemory<byte> payload, TimelineHistory steps)
    {
        var (name, from, fork, isRemoved) = TimelineNotes.ReadBranch(payload);
        if (isRemoved)
        {
            steps.RemoveBranch(steps.FindBranch(name) ?? throw Corrupt($"delta {delta.Sequence} removes branch '{name}', which is not there"), delta.Sequence, delta.SystemTime);
            return;
        }

        steps.AddBranch(new TimelineBranch
        {
            Name = name,
            CreatedSequence = delta.Sequence,
            CreatedTime = delta.SystemTime,
            From = steps.FindBranch(from),
            Fork = fork == 0 ? null : steps.FindStep(fork) ?? throw Corrupt($"delta {delta.Sequence} begins a branch behind {fork}, which is no step"),
        });
    }

    private void ApplyStep(in AppliedDelta delta, ReadOnlyMemory<byte> payload, TimelineHistory steps)
    {
        var step = staged ?? TimelineStepPayload.Read(payload.Span, steps.Dimensions);
        if (delta.Kind == TimelineKinds.Buffer)
        {
            waiting.Add(new WaitingDelta(step, delta.Metadata));
            return;
        }

        var branch = steps.FindBranch(step.Branch) ?? throw Corrupt($"delta {delta.Sequence} is on branch '{step.Branch}', which is not there");
        (ThinnedGroup Group, long By)? thinned = folding is not null && folding.TryGetValue(delta.Sequence, out var gone) ? gone : null;
        if ((thinned?.Group.LetGo[^1].Sequence ?? branch.Head?.Sequence ?? 0) != step.Parent)
        {
            throw Corrupt($"delta {delta.Sequence} stands on {step.Parent}, and the branch is at {branch.Head?.Sequence ?? 0}");
        }

        // Of a step that is being staged the hash was made in the same turn.
        if (staged is null && step.StateHash is { } hash && steps.HashHead(branch) != hash)
        {
            throw Corrupt($"delta {delta.Sequence} was made for another state than the one before it");
        }

        var change = TimelineKinds.ChangeOf(delta.Kind) ?? throw Corrupt($"delta {delta.Sequence} is a {delta.Kind}, which a timeline does not have");
        var made = steps.Append(
            branch,
            step.Vector,
            change,
            (delta.Sequence, delta.SystemTime),
            FindStep(steps, step.MergeParent, delta.Sequence),
            FindStep(steps, step.Restored ?? 0, delta.Sequence),
            step.Id,
            delta.Metadata,
            step.StateHash is not null,
            thinned);
        if (step.StateHash is not null)
        {
            steps.NoteHash(branch);
        }

        if (change == TimelineChange.Observe)
        {
            NoteObserved(delta.Metadata, made.Sequence, made.SystemTime, made.ObservedNorm is LetGoStep.Heartbeat ? null : made.ObservedNorm);
        }

        if (step.Id is not null)
        {
            waiting.RemoveAll(other => other.Step.Id == step.Id);
        }
    }

    private TimelineStep? FindStep(TimelineHistory steps, long sequence, long of) =>
        sequence == 0 ? null : steps.FindStep(sequence) ?? throw Corrupt($"delta {of} names {sequence}, which is no step");

    /// <summary>One turn of a writer. The plan is made under the gate; what it refuses is refused once that is durable which it rests on.</summary>
    private async ValueTask<T> TurnAsync<T>(
        OperationStamp? operation, string actor, Durability durability, Func<TimelinePlan<T>> plan, Func<long, T> replay, CancellationToken cancellationToken)
    {
        var (answer, mark, refusal, noted) = (default(T), 0L, default(TemporalException), default(TurnNote));
        await writing.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            TimelinePlan<T>? made = null;
            lock (Gate)
            {
                RequireAlive();
                (mark, note) = (Sequence, default);
                try
                {
                    if (FindOperation(operation) is { } earlier)
                    {
                        (answer, mark) = (replay(earlier.Sequence), earlier.Sequence);
                    }
                    else
                    {
                        made = plan();
                        answer = made.Draft is null ? made.Answer(null) : default;
                    }
                }
                catch (TemporalException refused)
                {
                    refusal = refused;
                }

                noted = TakeNote();
            }

            if (made is { Draft: { } draft })
            {
                var receipt = await StageAsync(draft, operation, actor, durability, cancellationToken).ConfigureAwait(false);
                lock (Gate)
                {
                    answer = made.Answer(receipt);
                }

                mark = receipt.Sequence;
            }
        }
        finally
        {
            writing.Exit();
        }

        if (durability == Durability.Durable || refusal is not null)
        {
            await Log.WhenDurableAsync(mark, cancellationToken).ConfigureAwait(false);
        }

        Tell(noted, mark, refusal);
        return refusal is null ? answer! : throw refusal;
    }

    private async ValueTask<Receipt> StageAsync(TimelineDraft draft, OperationStamp? operation, string actor, Durability durability, CancellationToken cancellationToken)
    {
        var prepared = Prepare(draft, operation, actor);
        var bytes = Encoder.GetRecordLength(prepared.Draft);
        await Log.ReserveAsync(bytes, cancellationToken).ConfigureAwait(false);
        try
        {
            lock (Gate)
            {
                RequireAlive();
                return Stage(prepared, draft.Step, durability);
            }
        }
        catch
        {
            Log.Release(bytes);
            throw;
        }
    }

    // Outside of the gate: encodes and hashes.
    private PreparedDelta Prepare(TimelineDraft draft, OperationStamp? operation, string actor)
    {
        var salt = new byte[SaltBytes];
        Services.Salts.Fill(salt);

        // Of a step nothing of the payload is kept: what is folded is what it was written from.
        var payload = draft.Step is null ? new PayloadBuffer(salt, draft.SizeHint) : PayloadBuffer.Rent(salt, draft.SizeHint);
        draft.Write(payload);
        var version = draft.Step is not null || TimelineKinds.IsStep(draft.Kind) ? TimelineStepPayload.SchemaVersion : TimelineNotes.SchemaVersion;
        var context = new DeltaContext { Operation = operation, Actor = actor, Metadata = draft.Metadata, Causes = draft.Causes };
        return new PreparedDelta(new DeltaDraft(draft.Kind, version, payload, context), salt);
    }

    // Under the gate.
    private Receipt Stage(PreparedDelta prepared, TimelineStepPayload? step, Durability durability)
    {
        staged = step;
        try
        {
            return Stage(prepared, default(ReadOnlySpan<byte>), durability);
        }
        finally
        {
            staged = null;
            prepared.Draft.Recycle();
        }
    }

    // Under the gate.
    private (TimelineDefinition Definition, TimelineHistory History) Living() =>
        definition is { } defined && history is { } steps
            ? (defined, steps)
            : throw new TemporalException(ErrorKind.NotFound, ErrorCodes.TimelineNotFound, $"There is no timeline '{Id.Name}'.") { Field = "timeline" };

    private static TimelineBranch BranchOf(TimelineHistory steps, string name) => steps.FindBranch(name) ?? throw NoBranch(name);

    private static TemporalException NoBranch(string name) => new(ErrorKind.NotFound, ErrorCodes.BranchNotFound, $"There is no branch '{name}'.") { Field = "branch" };

    // Under the gate.
    private Receipt ReceiptOf(long sequence)
    {
        var (time, root) = places[(int)sequence - 1];
        return new Receipt { Agent = Id, Sequence = sequence, SystemTime = time, Root = root };
    }

    private string IdOf(TimelineStep step) => step.Id ?? new WriteId(Encoder.AgentDigest, step.Sequence, 0).ToString();

    // Under the gate.
    private TimelineDelta DeltaOf(TimelineStep step) => new()
    {
        Id = IdOf(step),
        Sequence = step.Sequence,
        SystemTime = step.SystemTime,
        Root = places[(int)step.Sequence - 1].Root,
        Change = step.Change,
        Branch = step.Branch.Name,
        Parents = (step.Parent, step.MergeParent) switch
        {
            (null, null) => [],
            (null, { } merged) => [merged.Sequence],
            ({ } parent, null) => [parent.Sequence],
            ({ } parent, { } merged) => [parent.Sequence, merged.Sequence],
        },
        DimensionsChanged = step.Magnitude.DimensionsChanged,
        L2Norm = step.Magnitude.L2Norm,
        MaxComponent = step.Magnitude.MaxComponent,
        Density = step.Magnitude.Density,
        ComposedCount = step.Composed?.LetGo.Length ?? 0,
        Resolution = step.Composed?.Resolution,
        RestoredSequence = step.Change == TimelineChange.Rollback ? step.RestoredTo?.Sequence ?? 0 : null,
        Metadata = step.Metadata,
    };

    /// <summary>A delta that waits for its parent.</summary>
    private sealed record WaitingDelta(TimelineStepPayload Step, ImmutableArray<KeyValuePair<string, string>> Metadata)
    {
        /// <summary>True once it was refused although its parent had come: it stays, and is not tried again.</summary>
        public bool IsRefused { get; set; }
    }
}
