using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Storage.Runs;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Kv;

/// <content>
/// Looking through all versions, and letting go of those that policy no longer keeps, step by step: the key runs are counted
/// through; of segments of which enough may go the versions are collected and named in a delta; then it is sealed, the
/// segments and the runs are written anew without them, and the manifest forgets that this is due. Whoever comes after a
/// process that died goes on from the delta, or begins anew.
/// </content>
internal sealed partial class StorageCore
{
    private const int SurveyStepKeys = 20_000;
    private const int EvictedPerRoundMax = 200_000;

    private readonly Lock surveying = new();
    private KvSurvey? survey;

    /// <summary>One step of a distillation.</summary>
    public async ValueTask<DistillReport> DistillAsync(DistillOrder order, CancellationToken cancellationToken)
    {
        if (!order.IsDryRun && erasures.Evictions().Length > 0)
        {
            return await WhileMaintainingAsync(EvictAsync, cancellationToken).ConfigureAwait(false);
        }

        var current = SurveyOf(order);
        if (current is null)
        {
            return new DistillReport();
        }

        if (!await SurveyAsync(current, cancellationToken).ConfigureAwait(false))
        {
            return new DistillReport { HasMore = true };
        }

        if (current.Collected is null)
        {
            if (current.Choose(order.IsDryRun ? long.MaxValue : EvictedPerRoundMax) && !order.IsDryRun)
            {
                return new DistillReport { HasMore = true };
            }

            EndSurvey();
            var report = new DistillReport { Versions = current.Versions, Candidates = current.Candidates, LiveValues = current.LiveValues, Sample = SampleOf(current) };
            return order.IsDryRun ? report.And(await EstimateAsync(current, cancellationToken).ConfigureAwait(false)) : report;
        }

        EndSurvey();
        return new DistillReport { HasMore = true, Removed = await StageEvictionsAsync(current.Collected, cancellationToken).ConfigureAwait(false) };
    }

    private KvSurvey? SurveyOf(DistillOrder order)
    {
        lock (surveying)
        {
            if (survey?.Order != order)
            {
                survey = Manifest is { } manifest ? new KvSurvey(manifest, order, Services.Clock.Last) : null;
            }

            return survey;
        }
    }

    private void EndSurvey()
    {
        lock (surveying)
        {
            survey = null;
        }
    }

    // Some keys further. True at the end.
    private async ValueTask<bool> SurveyAsync(KvSurvey current, CancellationToken cancellationToken)
    {
        while (Manifest is { } view)
        {
            try
            {
                var runs = await RunsOfAsync(view, cancellationToken).ConfigureAwait(false);
                return await SurveyAsync(current, runs.OpenCursor(), cancellationToken).ConfigureAwait(false);
            }
            catch (TemporalException missing) when (IsReplaced(missing, view))
            {
                continue;
            }
        }

        return true;
    }

    private static async ValueTask<bool> SurveyAsync(KvSurvey current, MergedRunCursor cursor, CancellationToken cancellationToken)
    {
        var more = current.After is { } after
            ? await cursor.SeekAsync(after, RunBound.Latest, cancellationToken).ConfigureAwait(false)
                && (!cursor.Key.SequenceEqual(after) || await cursor.MoveToNextKeyAsync(cancellationToken).ConfigureAwait(false))
            : await cursor.MoveNextAsync(cancellationToken).ConfigureAwait(false);
        var versions = new List<RunEntry>();
        for (var keys = 0; keys < SurveyStepKeys && more && cursor.Key[0] != KvRunKeys.Reserved; keys++)
        {
            var key = cursor.KeyMemory.ToArray();
            versions.Clear();
            while (more && cursor.Key.SequenceEqual(key))
            {
                versions.Add(cursor.Current);
                more = await cursor.MoveNextAsync(cancellationToken).ConfigureAwait(false);
            }

            // A key counts whole, so that a look that is begun anew counts none twice.
            Count(current, versions);
            current.VisitKey(key, versions[0]);
            current.After = key;
        }

        return !more || cursor.Key[0] == KvRunKeys.Reserved;
    }

    // Newest first.
    private static void Count(KvSurvey current, List<RunEntry> versions)
    {
        for (var i = 0; i < versions.Count; i++)
        {
            var entry = versions[i];
            if (((KvNodeFlags)entry.Flags & KvNodeFlags.Erased) == 0)
            {
                var replacedAt = i == 0 ? HybridTimestamp.MaxValue : versions[i - 1].SystemTime;
                current.Visit(new KvDeadVersion(entry.Sequence, entry.Ordinal, IsExpired(entry), replacedAt), replacedAt <= current.Order.ReplacedBefore);
            }
        }
    }

    // As it is now: what was written since is in memory.
    private ImmutableArray<DistillSample> SampleOf(KvSurvey current)
    {
        var sample = ImmutableArray.CreateBuilder<DistillSample>();
        lock (Gate)
        {
            foreach (var (key, entry) in current.Sample)
            {
                var (sequence, ordinal, time) = (entry.Sequence, entry.Ordinal, entry.SystemTime);
                if (memory.Find(new KvLookup(key)) is { Newest: var node } && node.Sequence > sequence)
                {
                    if (node.IsDeleted || node.IsErased)
                    {
                        continue;
                    }

                    (sequence, ordinal, time) = (node.Sequence, node.Ordinal, new HybridTimestamp(node.Time));
                }

                var share = Manifest?.SegmentOf(sequence) is { } segment ? HeatOf(segment) / Math.Max(1, current.CountBeside(sequence)) : 0;
                sample.Add(new DistillSample(Encoding.UTF8.GetString(key), new WriteId(Encoder.AgentDigest, sequence, ordinal), time, share));
            }
        }

        return sample.DrainToImmutable();
    }

    // What writing the chosen segments anew would come to: header by header they stay as they are.
    private async ValueTask<DistillReport> EstimateAsync(KvSurvey counted, CancellationToken cancellationToken)
    {
        var report = new DistillReport();
        foreach (var (segment, dead, all) in counted.Chosen)
        {
            var share = await PayloadShareAsync(segment, cancellationToken).ConfigureAwait(false);
            report = report.And(Rewritten(segment.Tier, segment.Length, (long)(segment.Length * (1 - (share * dead / all)))) with { Removed = dead, HasMore = false });
        }

        return report;
    }
}
