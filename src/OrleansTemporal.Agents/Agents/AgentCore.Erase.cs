using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Runs;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Agents;

public abstract partial class AgentCore
{
    private const int PayloadSampleBytes = 1 << 20;

    /// <summary>Whether everything from a sequence on is to be sealed soon, because bytes of it are to go. Under the gate.</summary>
    private protected virtual bool MustSealFrom(long first) => false;

    /// <summary>What is stored of a record: itself, or what erasures have left of it.</summary>
    private protected virtual ReadOnlyMemory<byte> Strip(ReadOnlyMemory<byte> record) => record;

    /// <summary>What a segment that is written anew holds beside its deltas, of what it held before.</summary>
    private protected virtual ReadOnlyMemory<byte> StripFacet(ReadOnlyMemory<byte> facet) => facet;

    /// <summary>The facet's small fixed state of a generation that is being sealed.</summary>
    private protected virtual ReadOnlyMemory<byte> FacetStateOf(ReadOnlyMemory<byte> cut, long lastSequence) => cut;

    /// <summary>Reads back the erasures whose bytes the process before has not removed yet.</summary>
    private protected virtual ValueTask RestoreErasuresAsync(CancellationToken cancellationToken) => default;

    /// <summary>Removes erased bytes, one step. True when there is more to do at once.</summary>
    private protected virtual ValueTask<bool> PurgeAsync(CancellationToken cancellationToken) => default;

    /// <summary>What looks at the records of a verification; null when the facet has nothing to look for.</summary>
    private protected virtual DeltaAudit? BeginAudit() => null;

    /// <summary>Writes segments and runs anew, without what was erased, and lets the old ones go. Under the maintenance lock.</summary>
    private protected async ValueTask RewriteAsync(
        IReadOnlySet<SegmentRef> segments, IReadOnlySet<RunRef> runs, RunChange change, ReadOnlyMemory<byte> facetState, CancellationToken cancellationToken)
    {
        var current = Manifest!;
        var newSegments = new List<SegmentRef>(current.Segments.Count);
        foreach (var segment in current.Segments)
        {
            newSegments.Add(segments.Contains(segment) ? await RewriteAsync(segment, cancellationToken).ConfigureAwait(false) : segment);
        }

        var newRuns = new List<RunRef>(current.Runs.Count);
        foreach (var run in current.Runs)
        {
            newRuns.Add(runs.Contains(run) ? await RewriteAsync(run, change, cancellationToken).ConfigureAwait(false) : run);
        }

        await SwapAsync(current with { Epoch = epoch, Segments = newSegments, Runs = newRuns, FacetCounters = facetState }, cancellationToken).ConfigureAwait(false);
        await CollectAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>One call at a time with housekeeping: what changes the manifest.</summary>
    private protected async ValueTask<T> WhileMaintainingAsync<T>(Func<CancellationToken, ValueTask<T>> step, CancellationToken cancellationToken)
    {
        await maintaining.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await step(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            maintaining.Exit();
        }
    }

    /// <summary>Seals everything up to a delta. Under the maintenance lock.</summary>
    private protected async ValueTask SealThroughAsync(long last, CancellationToken cancellationToken)
    {
        while ((Manifest?.SealedThrough ?? 0) < last)
        {
            Generation oldest;
            lock (Gate)
            {
                if (due.Count == 0)
                {
                    Cut();
                }

                oldest = due[0];
            }

            await SealAsync(oldest, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<SegmentRef> RewriteAsync(SegmentRef segment, CancellationToken cancellationToken)
    {
        var reader = await Services.Segments.OpenAsync(segment, cancellationToken).ConfigureAwait(false);
        var path = NewPath(SealedPaths.Segment, segment.FirstSequence, segment.LastSequence);
        var options = SegmentTiers.OptionsOf(segment.Tier, SegmentOptions);
        var rewritten = await WriteAsync(path, writer => SegmentRewriter.RewriteAsync(reader, writer, path, options, Strip, StripFacet, Services.Scheduler, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        return await KeepAtAsync(rewritten, segment.Tier, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<RunRef> RewriteAsync(RunRef run, RunChange change, CancellationToken cancellationToken)
    {
        var reader = await Services.Runs.OpenAsync(run, cancellationToken).ConfigureAwait(false);
        var path = NewPath(SealedPaths.Run, run.FirstSequence, run.LastSequence);
        return await WriteAsync(path, writer => RunRewriter.RewriteAsync(reader, writer, path, change, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>How much of a segment are payloads, from a sample of at most 1 MiB; 0 when it was merged meanwhile.</summary>
    private protected async ValueTask<double> PayloadShareAsync(SegmentRef segment, CancellationToken cancellationToken)
    {
        try
        {
            var reader = await Services.Segments.OpenAsync(segment, cancellationToken).ConfigureAwait(false);
            var page = await reader.ReadRangeAsync(segment.FirstSequence - 1, PayloadSampleBytes, cancellationToken).ConfigureAwait(false);
            var (all, payload) = (1L, 0L);
            foreach (var record in page.Records)
            {
                var delta = DeltaRecord.Read(record);
                all += record.Length;
                payload += delta.HasPayload ? delta.Payload.Length + PayloadBuffer.SaltBytes : 0;
            }

            return (double)payload / all;
        }
        catch (TemporalException missing) when (missing.Kind == ErrorKind.NotFound)
        {
            // Merged meanwhile; the estimate is then that nothing is saved.
            return 0;
        }
    }
}
