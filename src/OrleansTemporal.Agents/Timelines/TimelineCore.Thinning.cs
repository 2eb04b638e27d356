using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Storage.Runs;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Timelines;

/// <content>
/// Letting go of steps that policy keeps at a coarser resolution. What goes is named in a delta, with what it comes to; from
/// then on nobody sees it. Then the segments that have its bytes are written anew without them, all in one swap of the
/// manifest, so that whoever opens the timeline finds all of it or none.
/// </content>
internal sealed partial class TimelineCore
{
    // What is named in one delta at most, but for one step that is larger by itself.
    private const int ThinnedStepsMax = 20_000;
    private const int ThinnedEntriesMax = 1_000_000;

    // A segment is written anew when one of so many of its steps may go.
    private const int WorthwhileShare = 10;

    // Deltas that let steps go and have groups that count.
    private readonly SortedSet<long> thinnings = [];
    private readonly HashSet<long> supersededThinnings = [];
    private volatile PendingThinning? pending;

    /// <summary>One step of a distillation.</summary>
    public async ValueTask<DistillReport> ThinAsync(TimelineThinOrder order, CancellationToken cancellationToken)
    {
        if (order.IsDryRun)
        {
            return await EstimateAsync(order, cancellationToken).ConfigureAwait(false);
        }

        if (pending is not null)
        {
            return await WhileMaintainingAsync(RemoveBytesAsync, cancellationToken).ConfigureAwait(false);
        }

        // Bytes go with segments, so what may go has to be in some.
        if (Survey(order).Last is var last && last > (Manifest?.SealedThrough ?? 0))
        {
            await WhileMaintainingAsync(token => SealAsync(last, token), cancellationToken).ConfigureAwait(false);
        }

        return await StageThinningAsync(order, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<bool> SealAsync(long last, CancellationToken cancellationToken)
    {
        await SealThroughAsync(last, cancellationToken).ConfigureAwait(false);
        return true;
    }

    // Not under the maintenance lock: like every writer this one may have to wait for room in the log, which sealing makes.
    private async ValueTask<DistillReport> StageThinningAsync(TimelineThinOrder order, CancellationToken cancellationToken)
    {
        await writing.EnterAsync(cancellationToken).ConfigureAwait(false);
        Receipt receipt;
        long removed;
        try
        {
            // No writer can rest on a step between this look and the delta.
            var survey = Survey(order);
            if (pending is not null)
            {
                return new DistillReport { HasMore = true };
            }

            var thinning = Choose(survey);
            if (thinning is null)
            {
                return new DistillReport { Versions = survey.StepCount, Candidates = survey.Candidates.Sum(static candidate => candidate.Going.Count) };
            }

            removed = thinning.Groups.Sum(static group => (long)group.LetGo.Length);
            removed -= AlreadyGone(thinning);
            receipt = await StageAsync(new TimelineDraft { Kind = TimelineKinds.Thin, Write = thinning.Write, SizeHint = 4_096 }, null, order.Actor, Durability.Durable, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            writing.Exit();
        }

        await Log.WhenDurableAsync(receipt.Sequence, cancellationToken).ConfigureAwait(false);
        return new DistillReport { HasMore = true, Removed = removed };
    }

    private long AlreadyGone(TimelineThinning thinning)
    {
        lock (Gate)
        {
            return thinning.Groups.Sum(group => group.LetGo.LongCount(step => history!.IsLetGo(step.Sequence)));
        }
    }

    // What may go, and which segments are worth writing anew for it.
    private ThinningSurvey Survey(TimelineThinOrder order)
    {
        lock (Gate)
        {
            RequireAlive();
            if (history is not { } steps)
            {
                return new ThinningSurvey(0, [], []);
            }

            var pinned = steps.Pinned();
            pinned.UnionWith(marks.Select(mark => steps.FindStep(mark.Sequence)).OfType<TimelineStep>());
            var candidates = steps.FindThinnable(order.Levels, pinned).Select(static found => new ThinningCandidate(found.Keeper, found.Resolution, found.LetGo)).OrderBy(static found => found.Keeper.Sequence).ToList();
            var counts = new Dictionary<SegmentRef, (int Going, int All)>(ReferenceEqualityComparer.Instance);
            if (candidates.Count > 0)
            {
                foreach (var segment in steps.Steps.Select(step => Manifest?.SegmentOf(step.Sequence)).OfType<SegmentRef>())
                {
                    counts[segment] = counts.GetValueOrDefault(segment) is var (going, all) ? (going, all + 1) : default;
                }

                foreach (var segment in candidates.SelectMany(static candidate => candidate.Going).Select(step => Manifest?.SegmentOf(step.Sequence)).OfType<SegmentRef>())
                {
                    counts[segment] = (counts[segment].Going + 1, counts[segment].All);
                }
            }

            return new ThinningSurvey(steps.StepCount, candidates, counts);
        }
    }

    // What goes by the next delta; null when nothing is worth it.
    private TimelineThinning? Choose(ThinningSurvey survey)
    {
        lock (Gate)
        {
            var groups = ImmutableArray.CreateBuilder<ThinnedGroup>();
            var (stepCount, entryCount) = (0, 0L);
            var chosen = new HashSet<TimelineStep>();
            foreach (var candidate in survey.Candidates.Where(candidate => candidate.Going.Exists(step => Manifest?.SegmentOf(step.Sequence) is { } segment && survey.IsWorthwhile(segment))))
            {
                if (stepCount >= ThinnedStepsMax || entryCount >= ThinnedEntriesMax)
                {
                    break;
                }

                // Of a long row the beginning, with the next of the row to stand for it until that goes as well.
                var taken = 0;
                for (; taken < candidate.Going.Count && (taken == 0 || (stepCount < ThinnedStepsMax && entryCount < ThinnedEntriesMax)); taken++)
                {
                    stepCount++;
                    entryCount += candidate.Going[taken].Indices.Length;
                }

                var keeper = taken < candidate.Going.Count ? candidate.Going[taken] : candidate.Keeper;
                chosen.UnionWith(candidate.Going.Take(taken).Append(keeper));
                groups.Add(history!.Compose(keeper, candidate.Resolution, candidate.Going.GetRange(0, taken)));
            }

            return groups.Count == 0 ? null : new TimelineThinning { Groups = groups.DrainToImmutable(), Superseded = SupersededBy(chosen) };
        }
    }

    // Under the gate. Earlier deltas of the kind whose groups are all part of new ones.
    private ImmutableArray<long> SupersededBy(HashSet<TimelineStep> chosen)
    {
        var counting = history!.Steps.Where(step => step.Composed is not null && !chosen.Contains(step)).Select(static step => step.Composed!.ThinnedBy).ToHashSet();
        return [.. thinnings.Where(sequence => !counting.Contains(sequence) && sequence <= (Manifest?.SealedThrough ?? 0))];
    }

    // Under the gate.
    private void ApplyThinning(long sequence, ReadOnlyMemory<byte> payload, TimelineHistory steps)
    {
        var thinning = TimelineThinning.Read(payload.Span, steps.Dimensions);
        var present = thinning.Groups.RemoveAll(group => group.LetGo.All(step => steps.FindStep(step.Sequence) is null));
        if (present.FirstOrDefault(group => steps.FindStep(group.Keeper) is null) is { } orphan)
        {
            throw Corrupt($"delta {sequence} lets steps go for {orphan.Keeper}, which is no step");
        }

        foreach (var group in thinning.Groups)
        {
            steps.NoteLetGo(group);
        }

        thinnings.Add(sequence);
        thinnings.ExceptWith(thinning.Superseded);
        supersededThinnings.UnionWith(thinning.Superseded);
        if (present.Length > 0)
        {
            HashSet<long> going = [.. present.SelectMany(static group => group.LetGo).Select(static step => step.Sequence).Where(gone => steps.FindStep(gone) is not null), .. thinning.Superseded];
            steps.LetGo(present, sequence);
            pending = new PendingThinning(sequence, going);
        }
    }

    private protected override ReadOnlyMemory<byte> Strip(ReadOnlyMemory<byte> record) =>
        pending is { } due && DeltaRecord.Read(record) is var delta && due.LetGo.Contains(delta.Sequence) ? delta.Detach() : record;

    private protected override DeltaAudit? BeginAudit()
    {
        lock (Gate)
        {
            return history is { } steps ? new ThinningAudit(steps.Dimensions) : null;
        }
    }

    // Under the maintenance lock.
    private async ValueTask<DistillReport> RemoveBytesAsync(CancellationToken cancellationToken)
    {
        if (pending is not { } due)
        {
            return new DistillReport { HasMore = true };
        }

        await Log.WhenDurableAsync(due.Sequence, cancellationToken).ConfigureAwait(false);
        await SealThroughAsync(due.LetGo.Max(), cancellationToken).ConfigureAwait(false);
        var dirty = due.LetGo.Select(sequence => Manifest!.SegmentOf(sequence)).OfType<SegmentRef>().ToHashSet<SegmentRef>(ReferenceEqualityComparer.Instance);
        var report = new DistillReport { HasMore = true, Rewritten = dirty.Count };
        var before = Manifest!;
        await RewriteAsync(dirty, new HashSet<RunRef>(), static (_, entry) => entry, before.FacetCounters, cancellationToken).ConfigureAwait(false);
        lock (Gate)
        {
            pending = null;
        }

        foreach (var segment in dirty)
        {
            report = report.And(Moved(segment, Manifest!.SegmentOf(segment.FirstSequence)!.Length));
        }

        return report with { HasMore = true };
    }

    // What writing the worthwhile segments anew would come to, without what the steps that are kept grow by.
    private async ValueTask<DistillReport> EstimateAsync(TimelineThinOrder order, CancellationToken cancellationToken)
    {
        var survey = Survey(order);
        var report = new DistillReport { Versions = survey.StepCount, Candidates = survey.Candidates.Sum(static candidate => candidate.Going.Count) };
        foreach (var (segment, (going, all)) in survey.Counts.Where(pair => survey.IsWorthwhile(pair.Key)))
        {
            var share = await PayloadShareAsync(segment, cancellationToken).ConfigureAwait(false);
            report = report.And(Moved(segment, (long)(segment.Length * (1 - (share * going / all)))) with { Rewritten = 1, Removed = going });
        }

        return report with { HasMore = false };
    }

    private static DistillReport Moved(SegmentRef segment, long after) => new()
    {
        BytesBefore = segment.Length,
        BytesAfter = after,
        Before = BytesAt(segment.Tier, segment.Length),
        After = BytesAt(segment.Tier, after),
    };

    /// <summary>A step that may stand for others.</summary>
    private sealed record ThinningCandidate(TimelineStep Keeper, string Resolution, List<TimelineStep> Going);

    /// <summary>What may go, and how many of the steps of each segment.</summary>
    private sealed record ThinningSurvey(int StepCount, List<ThinningCandidate> Candidates, Dictionary<SegmentRef, (int Going, int All)> Counts)
    {
        /// <summary>The newest step that may go; 0 for none.</summary>
        public long Last => Candidates.Count == 0 ? 0 : Candidates.Max(static candidate => candidate.Going[^1].Sequence);

        public bool IsWorthwhile(SegmentRef segment) => Counts.TryGetValue(segment, out var counted) && counted.Going > 0 && counted.Going * (long)WorthwhileShare >= counted.All;
    }

    /// <summary>What was let go and is in segments still.</summary>
    private sealed record PendingThinning(long Sequence, HashSet<long> LetGo);
}
