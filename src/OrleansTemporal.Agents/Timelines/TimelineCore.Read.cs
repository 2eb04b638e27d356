using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Timelines;

// Answers. What they rest on is durable before they are given.
internal sealed partial class TimelineCore
{
    public ValueTask<TimelineInfo> GetInfoAsync(CancellationToken cancellationToken) => ReadAsync(
        () => new TimelineInfo
        {
            Definition = definition,
            DefinitionSequence = definitionSequence,
            StepCount = history?.StepCount ?? 0,
            LetGoCount = history?.LetGoCount ?? 0,
            BufferedCount = waiting.Count,
            Branches = history is null ? [] : [.. history.Branches.Select(InfoOf)],
        },
        default,
        default,
        cancellationToken);

    public ValueTask<TimelineState> GetStateAsync(TimelineMoment moment, CancellationToken cancellationToken) => ReadAsync(
        () =>
        {
            var (_, steps) = Living();
            var (step, resolution) = Locate(steps, moment);
            var state = new float[steps.Dimensions];
            steps.CopyState(step, state);
            return new TimelineState
            {
                Values = state,
                Sequence = step?.Sequence ?? 0,
                Root = places[(int)Math.Max(step?.Sequence ?? 1, 1) - 1].Root,
                SystemTime = moment.AsOf.SystemTime ?? step?.SystemTime ?? definedAt,
                Resolution = resolution,
            };
        },
        moment.AsOf,
        default,
        cancellationToken);

    public ValueTask<TimelineDiff> DiffAsync(TimelineSpan span, CancellationToken cancellationToken) => ReadAsync(
        () =>
        {
            var (_, steps) = Living();
            var from = span.From.IsLatest ? null : StepAt(steps, new TimelineMoment { Branch = span.Branch, AsOf = span.From }, "from");
            var to = StepAt(steps, new TimelineMoment { Branch = span.Branch, AsOf = span.To }, "to");
            var isTurned = (from?.Sequence ?? 0) > (to?.Sequence ?? 0);
            var (indices, before, after) = isTurned ? TimelineHistory.Between(to, from) : TimelineHistory.Between(from, to);
            var values = new float[indices.Length];
            var sum = 0d;
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = isTurned ? before[i] - after[i] : after[i] - before[i];
                var difference = (double)after[i] - before[i];
                sum += difference * difference;
            }

            return new TimelineDiff { Indices = indices, Values = values, L2Norm = Math.Sqrt(sum), FromSequence = from?.Sequence ?? 0, ToSequence = to?.Sequence ?? 0 };
        },
        span.From,
        span.To,
        cancellationToken);

    public ValueTask<TimelineEvolution> EvolveAsync(TimelineEvolutionQuery query, CancellationToken cancellationToken) => ReadAsync(
        () =>
        {
            var (_, steps) = Living();
            if ((uint)query.Index >= (uint)steps.Dimensions)
            {
                throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"A component is from 0 to {steps.Dimensions - 1}.") { Field = "index" };
            }

            var from = query.Span.From.IsLatest ? null : StepAt(steps, new TimelineMoment { Branch = query.Span.Branch, AsOf = query.Span.From }, "from");
            var to = StepAt(steps, new TimelineMoment { Branch = query.Span.Branch, AsOf = query.Span.To }, "to");
            var points = new List<TimelinePoint> { new(from?.Sequence ?? 0, from?.SystemTime ?? definedAt, 0) };
            if (ComponentSteps.Backward(from, query.Index).FirstOrDefault() is { } earlier)
            {
                points[0] = points[0] with { Value = earlier.After[earlier.Find(query.Index)] };
            }

            var changes = ComponentSteps.Backward(to, query.Index).TakeWhile(step => step.Sequence > (from?.Sequence ?? 0)).Reverse();
            points.AddRange(changes.Select(step => new TimelinePoint(step.Sequence, step.SystemTime, step.After[step.Find(query.Index)])));
            var rest = query.AfterSequence == 0 ? points : [.. points.Where(point => point.Sequence > query.AfterSequence)];
            return new TimelineEvolution([.. rest.Take(query.Limit)], rest.Count > query.Limit);
        },
        query.Span.From,
        query.Span.To,
        cancellationToken);

    public ValueTask<TimelineDeltaPage> ListAsync(TimelineDeltaQuery query, CancellationToken cancellationToken) => ReadAsync(
        () =>
        {
            var (_, steps) = Living();
            var found = ImmutableArray.CreateBuilder<TimelineDelta>();
            var bytes = 0L;
            foreach (var step in query.AllBranches ? All(steps, query) : OnLine(steps, query))
            {
                if (IsWithin(step, query.Span) && Matches(step, query))
                {
                    bytes += query.WithValues ? step.Indices.Length * (long)DeltaVector.EntryBytes : 0;
                    if (found.Count == query.Limit || (bytes > Limits.TimelinePageBytesMax && found.Count > 0))
                    {
                        return new TimelineDeltaPage(found.DrainToImmutable(), true);
                    }

                    found.Add(query.WithValues ? DeltaOf(step) with { Indices = step.Indices.Memory, Values = step.After.Memory } : DeltaOf(step));
                }
            }

            return new TimelineDeltaPage(found.DrainToImmutable(), false);
        },
        query.Span.From,
        query.Span.To,
        cancellationToken);

    public ValueTask<ImmutableArray<TimelineMark>> ListMarksAsync(CancellationToken cancellationToken) =>
        ReadAsync(() => { Living(); return marks.ToImmutableArray(); }, default, default, cancellationToken);

    // Answers under the gate, and gives the answer when everything that it rests on is durable.
    private async ValueTask<T> ReadAsync<T>(Func<T> answer, AsOf from, AsOf to, CancellationToken cancellationToken)
    {
        await CloseAsync(from, cancellationToken).ConfigureAwait(false);
        await CloseAsync(to, cancellationToken).ConfigureAwait(false);
        T answered = default!;
        long mark;
        TemporalException? gone = null;
        lock (Gate)
        {
            RequireAlive();
            mark = Sequence;
            try
            {
                answered = answer();
            }
            catch (TemporalException refused) when (refused.Kind == ErrorKind.Gone)
            {
                // That something is gone may be said when that can not vanish any more.
                gone = refused;
            }
        }

        await Log.WhenDurableAsync(mark, cancellationToken).ConfigureAwait(false);
        return gone is null ? answered : throw gone;
    }

    private ValueTask CloseAsync(AsOf moment, CancellationToken cancellationToken) =>
        moment.SystemTime is { } instant ? CloseAsync(instant, cancellationToken) : ValueTask.CompletedTask;

    // Under the gate. The step of a line at a moment; null for the empty beginning.
    private TimelineStep? StepAt(TimelineHistory steps, TimelineMoment moment, string field = "asOf") => Locate(steps, moment, field).Step;

    // Under the gate. The step as well as the resolution that is kept there, when it is not the one of the moment.
    private (TimelineStep? Step, string? Resolution) Locate(TimelineHistory steps, TimelineMoment moment, string field = "asOf")
    {
        if (moment.AsOf.SystemTime is { } instant && instant < definedAt)
        {
            throw new TemporalException(ErrorKind.NotFound, ErrorCodes.NoValueAt, "The timeline was made later than that.") { Field = field };
        }

        if (moment.AsOf.Sequence is { } named && named > Sequence)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.AsOfInFuture, $"The newest delta is {Sequence}.") { Field = field, Limit = Sequence };
        }

        var (time, sequence) = (moment.AsOf.SystemTime?.Value ?? ulong.MaxValue, moment.AsOf.Sequence ?? long.MaxValue);
        var branch = steps.FindBranch(moment.Branch, time, sequence) ?? throw NoBranch(moment.Branch);
        if (moment.Label is { } label)
        {
            // Steps with a mark are never let go.
            return (Marked(branch.Last(candidate => candidate.Sequence <= sequence && candidate.SystemTime.Value <= time), label, time, sequence), null);
        }

        var (step, gone) = KeptAt(branch, time, sequence);
        return gone is null ? (step, null)
            : moment.IsCoarse ? (step, gone.Resolution)
            : throw LetGo(gone, step, field);
    }

    // Under the gate. The newest step that is kept at a moment, and what it belongs to when a newer one has been let go.
    private (TimelineStep? Step, ComposedSteps? Gone) KeptAt(TimelineBranch branch, ulong time, long sequence)
    {
        var (step, next) = branch.Find(candidate => candidate.Sequence <= sequence && candidate.SystemTime.Value <= time);
        return next?.Composed is { } composed && composed.LetGo[0].Sequence is var first && first <= sequence && places[(int)first - 1].Time.Value <= time ? (step, composed) : (step, null);
    }

    // Under the gate.
    private TimelineStep? KeptAt(TimelineBranch branch, ulong time, long sequence, string field)
    {
        var (step, gone) = KeptAt(branch, time, sequence);
        return gone is null ? step : throw LetGo(gone, step, field);
    }

    private static TemporalException LetGo(ComposedSteps gone, TimelineStep? before, string field) => new(
        ErrorKind.Gone,
        ErrorCodes.HistoryExpired,
        $"Policy keeps a resolution of {gone.Resolution} there, and lets go of steps between: {before?.Sequence ?? 0} is the newest that is kept before.")
    { Field = field };

    private static TemporalException LetGo(long sequence, string field) =>
        new(ErrorKind.Gone, ErrorCodes.HistoryExpired, $"Step {sequence} was let go: policy keeps a coarser resolution there.") { Field = field };

    // Under the gate.
    private bool Matches(TimelineStep step, TimelineDeltaQuery query) =>
        query.Metadata.All(pair => step.Metadata.Contains(pair))
        && (query.ParentSequence is not { } parent || (step.Parent?.Sequence ?? 0) == parent || step.MergeParent?.Sequence == parent)
        && (query.Root is not { } root || places[(int)step.Sequence - 1].Root == root)
        && (query.Text is not { } text || Holds(step.Id, text) || step.Metadata.Any(pair => Holds(pair.Key, text) || Holds(pair.Value, text)));

    private static bool Holds(string? value, string text) => value is not null && value.Contains(text, StringComparison.OrdinalIgnoreCase);

    // Under the gate. Good and bad exclude each other, and the newer mark counts.
    private TimelineStep? Marked(TimelineStep? step, string label, ulong time, long sequence)
    {
        var marked = new HashSet<long>();
        for (var i = 0; i < marks.Count && markSequences[i] <= sequence && marks[i].SystemTime.Value <= time; i++)
        {
            if (marks[i].Label == label)
            {
                marked.Add(marks[i].Sequence);
            }
            else if ((marks[i].Label, label) is ("good", "bad") or ("bad", "good"))
            {
                marked.Remove(marks[i].Sequence);
            }
        }

        for (; step is not null; step = step.Parent)
        {
            if (marked.Contains(step.Sequence))
            {
                return step;
            }
        }

        throw new TemporalException(ErrorKind.NotFound, ErrorCodes.MarkNotFound, $"No step of the line is marked '{label}'.") { Field = "label" };
    }

    private static IEnumerable<TimelineStep> All(TimelineHistory steps, TimelineDeltaQuery query) => steps.Steps.Skip(steps.FirstBehind(query.AfterSequence));

    private static IEnumerable<TimelineStep> OnLine(TimelineHistory steps, TimelineDeltaQuery query)
    {
        var head = BranchOf(steps, query.Span.Branch).Head;
        return TimelineHistory.Line(null, head).SkipWhile(step => step.Sequence <= query.AfterSequence);
    }

    private static bool IsWithin(TimelineStep step, TimelineSpan span) =>
        (span.From.SystemTime is not { } from || step.SystemTime >= from)
        && (span.From.Sequence is not { } first || step.Sequence >= first)
        && (span.To.SystemTime is not { } to || step.SystemTime <= to)
        && (span.To.Sequence is not { } last || step.Sequence <= last);

    private static TimelineBranchInfo InfoOf(TimelineBranch branch) =>
        new(branch.Name, branch.From?.Name ?? "", branch.Fork?.Sequence ?? 0, branch.Head?.Sequence ?? 0, branch.StepCount, branch.CreatedTime);
}
