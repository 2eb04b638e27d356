using System.Buffers;
using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Storage.Hosting;
using OrleansTemporal.Storage.Runs;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Series;

/// <content>
/// Letting go of points that policy keeps no more. First what windows come to is written down, then one delta says what is
/// kept from then on and which payloads go; then the segments that have their bytes are written anew, in one swap of the
/// manifest for some segments at a time.
/// </content>
internal sealed partial class ChronicleCore
{
    // A segment is written anew when one of so many of its points may go.
    private const int WorthwhileShare = 10;

    // Raw bytes of the segments that are written anew in one step, but for one that is larger by itself.
    private const long StepBytesMax = 64 << 20;

    private const int ScanPageBytes = 1 << 20;

    private readonly TurnGate thinning;

    // Segments that were written anew for what is kept now: nothing more can be taken out of them.
    private readonly HashSet<string> settled = new(StringComparer.Ordinal);
    private SeriesKept settledFor = SeriesKept.Everything;

    /// <summary>One step of a distillation.</summary>
    public async ValueTask<DistillReport> ThinAsync(SeriesThinOrder order, CancellationToken cancellationToken)
    {
        await thinning.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await ThinOnceAsync(order, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            thinning.Exit();
        }
    }

    private async ValueTask<DistillReport> ThinOnceAsync(SeriesThinOrder order, CancellationToken cancellationToken)
    {
        if (pending is not null && !order.IsDryRun)
        {
            return await WhileMaintainingAsync(RemoveBytesAsync, cancellationToken).ConfigureAwait(false);
        }

        var (kept, target) = TargetOf(order);
        if (target.IsEverything)
        {
            return new DistillReport();
        }

        // Bytes go with segments, so what may go has to be in some.
        var (open, openGone, last) = CountInMemory(target);
        var isOpenWorthwhile = IsWorthwhile(open, openGone);
        if (isOpenWorthwhile && !order.IsDryRun)
        {
            await WhileMaintainingAsync(token => SealAsync(last, token), cancellationToken).ConfigureAwait(false);
        }

        var survey = await SurveyAsync(target, order, cancellationToken).ConfigureAwait(false);
        if (order.IsDryRun)
        {
            return EstimateOf(survey, open, openGone, isOpenWorthwhile);
        }

        if (survey.Worthwhile.Count == 0)
        {
            return new DistillReport { Versions = survey.All, Candidates = survey.Gone };
        }

        if (NeedsWindows(kept, target) && await MakeWindowsAsync(target, order, cancellationToken).ConfigureAwait(false))
        {
            return new DistillReport { HasMore = true };
        }

        return await StageKeptAsync(kept, target, survey, order, cancellationToken).ConfigureAwait(false);
    }

    private (SeriesKept Kept, SeriesKept Target) TargetOf(SeriesThinOrder order)
    {
        lock (Gate)
        {
            RequireAlive();
            return (keeps.Newest, SeriesKeeping.After(keeps.Newest, order.KeepFrom, order.Levels));
        }
    }

    private static bool IsWorthwhile(long all, long gone) => gone > 0 && gone * WorthwhileShare >= all;

    // What no segment holds, and the newest delta. What an older release has sealed is sealed.
    private (long All, long Gone, long Last) CountInMemory(SeriesKept target)
    {
        var (all, gone) = (0L, 0.0);
        for (var first = 0; ; first += SeriesAtATime)
        {
            lock (Gate)
            {
                RequireAlive();
                if (first >= index.Count)
                {
                    return (all, (long)Math.Ceiling(gone), Sequence);
                }

                for (var i = first; i < Math.Min(first + SeriesAtATime, index.Count); i++)
                {
                    var one = index[i].CountGone(target, Bounds with { Legacy = 0 });
                    (all, gone) = (all + one.All, gone + one.Gone);
                }
            }
        }
    }

    private async ValueTask<bool> SealAsync(long last, CancellationToken cancellationToken)
    {
        await SealThroughAsync(last, cancellationToken).ConfigureAwait(false);
        return true;
    }

    // What of each segment is kept no more, and which are worth writing anew for it. Again when segments were merged meanwhile.
    private ValueTask<ThinningSurvey> SurveyAsync(SeriesKept target, SeriesThinOrder order, CancellationToken cancellationToken) => AgainWhenMergedAsync(
        async () =>
        {
            var survey = new ThinningSurvey();
            foreach (var segment in Manifest?.Segments ?? [])
            {
                if (settledFor == target && settled.Contains(segment.ObjectPath))
                {
                    continue;
                }

                var chunks = await SegmentOfAsync(segment, cancellationToken).ConfigureAwait(false);
                var (all, gone) = await chunks.CountGoneAsync(target, cancellationToken).ConfigureAwait(false);
                survey.All += all;
                survey.Gone += gone;
                if (IsWorthwhile(all, gone) && (segment.OperationCount == 0 || segment.MaxTime < order.WrittenBefore))
                {
                    survey.Worthwhile.Add((segment, all, gone));
                }
            }

            return survey;
        });

    private async ValueTask<T> AgainWhenMergedAsync<T>(Func<ValueTask<T>> look)
    {
        while (true)
        {
            var seen = Manifest;
            try
            {
                return await look().ConfigureAwait(false);
            }
            catch (Errors.TemporalException missing) when (missing.Kind == Errors.ErrorKind.NotFound && !ReferenceEquals(seen, Manifest))
            {
                continue;
            }
        }
    }

    private async ValueTask<DistillReport> StageKeptAsync(
        SeriesKept kept, SeriesKept target, ThinningSurvey survey, SeriesThinOrder order, CancellationToken cancellationToken)
    {
        var chosen = survey.Choose();
        var letGo = await FindGoneAsync(chosen, target, cancellationToken).ConfigureAwait(false);
        var paths = chosen.Select(static one => one.Segment.ObjectPath).ToHashSet(StringComparer.Ordinal);
        if (kept == target && letGo.IsEmpty)
        {
            // Nobody sees it any more; what is left of it are chunks.
            pending = new PendingLetGo(0, [], paths);
            return new DistillReport { HasMore = true };
        }

        var payload = new SeriesKeepPayload { Kept = target, LetGo = letGo };
        await StageAsync(
            SeriesKeepPayload.Keep,
            payload.Write,
            order.Actor,
            () => keeps.Newest == kept,
            sequence => pending = new PendingLetGo(sequence, letGo, paths),
            cancellationToken).ConfigureAwait(false);
        return new DistillReport { HasMore = true, Versions = chosen.Sum(static one => one.All), Candidates = chosen.Sum(static one => one.Gone) };
    }

    // Deltas of which nothing is kept, in runs.
    private ValueTask<ImmutableArray<(long First, long Last)>> FindGoneAsync(
        List<(SegmentRef Segment, long All, long Gone)> chosen, SeriesKept target, CancellationToken cancellationToken) => AgainWhenMergedAsync(
        async () =>
        {
            var runs = ImmutableArray.CreateBuilder<(long First, long Last)>();
            foreach (var (segment, _, _) in chosen)
            {
                for (var after = segment.FirstSequence - 1; after < segment.LastSequence;)
                {
                    // As it is now, wherever it has gone since the survey.
                    var reader = await Services.Segments.OpenAsync(Manifest!.SegmentOf(after + 1)!, cancellationToken).ConfigureAwait(false);
                    var page = await reader.ReadRangeAsync(after, ScanPageBytes, cancellationToken).ConfigureAwait(false);
                    foreach (var record in page.Records)
                    {
                        var delta = DeltaRecord.Read(record);
                        after = delta.Sequence;
                        if (after > segment.LastSequence || !IsGone(delta, target))
                        {
                            continue;
                        }

                        if (runs.Count > 0 && runs[^1].Last == after - 1)
                        {
                            runs[^1] = runs[^1] with { Last = after };
                        }
                        else
                        {
                            runs.Add((after, after));
                        }
                    }
                }
            }

            return runs.ToImmutable();
        });

    private static bool IsGone(DeltaRecord delta, SeriesKept target)
    {
        if (!delta.HasPayload)
        {
            return false;
        }

        return delta.Kind == SeriesPayload.Record ? SeriesPayload.Read(delta.Payload.Span).Times.AsSpan() is var times && System.Numerics.Tensors.TensorPrimitives.Max<long>(times) < target.PointsFrom
            : delta.Kind == SeriesThinPayload.Thin && SeriesThinPayload.Read(delta.Payload).TrueForAll(part =>
                Array.TrueForAll(SeriesRowChunk.Decode(part.Chunk.Span, 0), row => target.StepAt(row.Summary.FirstTime) != part.Step));
    }

    // A delta of the agent itself; null when the condition does not hold any more. Durable when it answers.
    private async ValueTask<Receipt?> StageAsync(
        DeltaKind kind, Action<IBufferWriter<byte>> write, string actor, Func<bool> isStill, Action<long> staged, CancellationToken cancellationToken)
    {
        var salt = new byte[SaltBytes];
        Services.Salts.Fill(salt);
        var payload = new PayloadBuffer(salt);
        write(payload);
        var delta = new PreparedDelta(new DeltaDraft(kind, SeriesPayload.SchemaVersion, payload, new DeltaContext { Actor = actor }), salt);
        var bytes = Encoder.GetRecordLength(delta.Draft);
        await Log.ReserveAsync(bytes, cancellationToken).ConfigureAwait(false);
        Receipt? receipt = null;
        try
        {
            lock (Gate)
            {
                RequireWritable();
                if (isStill())
                {
                    receipt = Stage(delta, default, Durability.Durable);
                    staged(receipt.Sequence);
                }
            }
        }
        finally
        {
            if (receipt is null)
            {
                Log.Release(bytes);
            }

            delta.Draft.Recycle();
        }

        if (receipt is not null)
        {
            await Log.WhenDurableAsync(receipt.Sequence, cancellationToken).ConfigureAwait(false);
        }

        return receipt;
    }

    // Under the maintenance lock.
    private async ValueTask<DistillReport> RemoveBytesAsync(CancellationToken cancellationToken)
    {
        if (pending is not { } due)
        {
            return new DistillReport { HasMore = true };
        }

        await Log.WhenDurableAsync(due.Sequence, cancellationToken).ConfigureAwait(false);
        await SealThroughAsync(due.Sequence, cancellationToken).ConfigureAwait(false);
        var dirty = Manifest!.Segments
            .Where(segment => due.Chosen.Contains(segment.ObjectPath) || due.HasLetGoWithin(segment.FirstSequence, segment.LastSequence))
            .ToHashSet<SegmentRef>(ReferenceEqualityComparer.Instance);
        removedByStep = 0;
        await RewriteAsync(dirty, new HashSet<RunRef>(), static (_, entry) => entry, SettledStateOf(Manifest!.FacetCounters.Span), cancellationToken).ConfigureAwait(false);
        lock (Gate)
        {
            pending = null;
        }

        LetGoOfMemory();
        var report = new DistillReport { Rewritten = dirty.Count, Removed = removedByStep };
        var kept = TargetOf(new SeriesThinOrder()).Kept;
        if (settledFor != kept)
        {
            settled.Clear();
            settledFor = kept;
        }

        foreach (var segment in dirty)
        {
            var rewritten = Manifest!.SegmentOf(segment.FirstSequence)!;
            settled.Add(rewritten.ObjectPath);
            report = report.And(Moved(segment, rewritten.Length));
        }

        return report with { HasMore = true };
    }

    // What older releases have sealed is in memory, and what was not sealed yet.
    private void LetGoOfMemory()
    {
        for (var first = 0; ; first += SeriesAtATime)
        {
            lock (Gate)
            {
                if (first >= index.Count)
                {
                    CountMemory();
                    return;
                }

                for (var i = first; i < Math.Min(first + SeriesAtATime, index.Count); i++)
                {
                    var before = index[i].Bytes;
                    index[i].LetGo(keeps.Newest);
                    memoryBytes += index[i].Bytes - before;
                }
            }
        }
    }

    // A segment's bytes are about evenly those of its points; what is in none has no bytes of one yet.
    private static DistillReport EstimateOf(ThinningSurvey survey, long open, long openGone, bool isOpenWorthwhile)
    {
        var report = new DistillReport { Versions = survey.All + open, Candidates = survey.Gone + openGone, Removed = isOpenWorthwhile ? openGone : 0 };
        foreach (var (segment, all, gone) in survey.Worthwhile)
        {
            report = report.And(Moved(segment, (long)(segment.Length * (1 - ((double)gone / all)))) with { Rewritten = 1, Removed = gone });
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

    /// <summary>What may go, and from which segments.</summary>
    private sealed class ThinningSurvey
    {
        public long All { get; set; }

        public long Gone { get; set; }

        public List<(SegmentRef Segment, long All, long Gone)> Worthwhile { get; } = [];

        public List<(SegmentRef Segment, long All, long Gone)> Choose()
        {
            var raw = 0L;
            return [.. Worthwhile.TakeWhile(one => (raw += one.Segment.RawBytes) <= StepBytesMax || ReferenceEquals(one.Segment, Worthwhile[0].Segment))];
        }
    }
}
