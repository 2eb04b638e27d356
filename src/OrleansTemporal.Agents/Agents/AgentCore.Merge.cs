using Microsoft.Extensions.Logging;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Storage.Runs;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Agents;

public abstract partial class AgentCore
{
    // Removed already although the manifest still lists them as to be removed; the next swap drops them from there. Under the maintenance lock.
    private readonly HashSet<string> collected = new(StringComparer.Ordinal);

    // One merge, of runs before segments: every read pays for runs, only the manifest for segments.
    private async ValueTask<bool> MergeAsync(CancellationToken cancellationToken)
    {
        if (Manifest is not { } current)
        {
            return false;
        }

        return await MergeRunsAsync(current, cancellationToken).ConfigureAwait(false)
            || await MergeSegmentsAsync(current, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<bool> MergeRunsAsync(Manifest current, CancellationToken cancellationToken)
    {
        if (RunCompaction.Pick(current.Runs) is not { } range)
        {
            return false;
        }

        var (start, count) = range.GetOffsetAndLength(current.Runs.Count);
        var merging = current.Runs.Skip(start).Take(count).ToArray();
        var readers = new List<RunReader>(count);
        foreach (var run in merging)
        {
            readers.Add(await Services.Runs.OpenAsync(run, cancellationToken).ConfigureAwait(false));
        }

        var path = NewPath(SealedPaths.Run, merging[0].FirstSequence, merging[^1].LastSequence);
        var merged = await WriteAsync(
            path, writer => RunMerger.MergeAsync(readers, writer, path, null, cancellationToken), cancellationToken).ConfigureAwait(false);
        await SwapAsync(
            current with { Epoch = epoch, Runs = [.. current.Runs.Take(start), merged, .. current.Runs.Skip(start + count)] },
            cancellationToken).ConfigureAwait(false);
        await CollectAsync(cancellationToken).ConfigureAwait(false);
        LogMerged(Id.ToString(), "runs", count, merged.Length);
        return true;
    }

    private async ValueTask<bool> MergeSegmentsAsync(Manifest current, CancellationToken cancellationToken)
    {
        if (SegmentCompaction.Pick(current.Segments) is not { } range)
        {
            return false;
        }

        await PackAsync(current, range, StorageTier.Warm, cancellationToken).ConfigureAwait(false);
        return true;
    }

    // Adjacent segments into one of a tier.
    private async ValueTask<SegmentRef> PackAsync(Manifest current, Range range, StorageTier tier, CancellationToken cancellationToken)
    {
        var (start, count) = range.GetOffsetAndLength(current.Segments.Count);
        var merging = current.Segments.Skip(start).Take(count).ToArray();
        var readers = new List<SegmentReader>(count);
        foreach (var segment in merging)
        {
            readers.Add(await Services.Segments.OpenAsync(segment, cancellationToken).ConfigureAwait(false));
        }

        var path = NewPath(SealedPaths.Segment, merging[0].FirstSequence, merging[^1].LastSequence);
        var options = SegmentTiers.OptionsOf(tier, SegmentOptions);
        var merged = await WriteAsync(
            path, writer => SegmentMerger.MergeAsync(readers, writer, path, options, SegmentFacet, Services.Scheduler, cancellationToken), cancellationToken).ConfigureAwait(false);
        merged = await KeepAtAsync(merged, tier, cancellationToken).ConfigureAwait(false);
        await SwapAsync(
            current with { Epoch = epoch, Segments = [.. current.Segments.Take(start), merged, .. current.Segments.Skip(start + count)] },
            cancellationToken).ConfigureAwait(false);
        heat.Replace([.. merging.Select(static segment => segment.ObjectPath)], merged.ObjectPath, Services.Clock.Last);
        await CollectAsync(cancellationToken).ConfigureAwait(false);
        LogMerged(Id.ToString(), "segments", count, merged.Length);
        return merged;
    }

    // The class of storage first: an object that nobody names yet costs nothing in the wrong one.
    private async ValueTask<SegmentRef> KeepAtAsync(SegmentRef segment, StorageTier tier, CancellationToken cancellationToken)
    {
        if (tier != StorageTier.Warm)
        {
            await Services.Objects.SetTierAsync(segment.ObjectPath, tier, cancellationToken).ConfigureAwait(false);
        }

        return segment with { Tier = tier };
    }

    /// <summary>Writes one object whole, or leaves nothing.</summary>
    private protected async ValueTask<T> WriteAsync<T>(string path, Func<IObjectWriter, ValueTask<T>> write, CancellationToken cancellationToken)
    {
        var writer = await Services.Objects.CreateAsync(path, cancellationToken).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            var written = await write(writer).ConfigureAwait(false);
            return await writer.CommitAsync(cancellationToken).ConfigureAwait(false)
                ? written
                : throw new TemporalException(ErrorKind.Internal, ErrorCodes.InvariantBroken, $"'{path}' exists already.");
        }
    }

    // What the manifest no longer names, and was not removed yet.
    private List<string> DroppedBy(Manifest proposed)
    {
        if (Manifest is not { } current)
        {
            return [];
        }

        var named = PathsOf(proposed).ToHashSet(StringComparer.Ordinal);
        return [.. current.Collectable.Concat(PathsOf(current)).Where(path => !named.Contains(path) && !collected.Contains(path)).Distinct(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> PathsOf(Manifest manifest) =>
        manifest.Segments.Select(static segment => segment.ObjectPath)
            .Concat(manifest.Runs.Select(static run => run.ObjectPath))
            .Concat(manifest.Pins.Select(static pin => pin.ObjectPath));

    // Readers that hold the manifest before find an object gone and look again.
    private protected async ValueTask CollectAsync(CancellationToken cancellationToken)
    {
        foreach (var path in Manifest!.Collectable.Where(path => !collected.Contains(path)).ToArray())
        {
            await Services.Objects.DeleteAsync(path, cancellationToken).ConfigureAwait(false);
            collected.Add(path);
            Services.Runs.Forget(path);
            Services.Segments.Forget(path);
            Services.Cache.Forget(path);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Agent} merged {Count} {What} into {Bytes} bytes")]
    private partial void LogMerged(string agent, string what, int count, long bytes);
}
