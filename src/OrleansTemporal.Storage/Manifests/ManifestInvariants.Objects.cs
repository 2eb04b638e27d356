using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Storage.Manifests;

/// <content>Times, runs and objects.</content>
public static partial class ManifestInvariants
{
    /// <summary>Prevents as-of answers that miss deltas: a segment is skipped by its system times.</summary>
    private static string? TimesRise(Manifest? current, Manifest proposed)
    {
        SegmentRef? before = null;
        foreach (var segment in proposed.Segments)
        {
            if (segment.MaxTime < segment.MinTime || (before is not null && segment.MinTime <= before.MaxTime) || segment.MaxTime > proposed.Clock)
            {
                return $"the system times of segment {segment.FirstSequence} don't rise, or pass the clock";
            }

            before = segment;
        }

        return null;
    }

    /// <summary>Prevents that a key is reported absent because the run which indexes it is missing.</summary>
    private static string? RunsCoverWhatIsSealed(Manifest? current, Manifest proposed)
    {
        if (proposed.Runs.Count == 0)
        {
            return null;
        }

        var next = proposed.FloorSequence + 1;
        foreach (var run in proposed.Runs)
        {
            // The floor moves without the runs being rewritten, so the oldest may reach below it.
            var starts = run == proposed.Runs[0] ? run.FirstSequence <= next && run.LastSequence >= next : run.FirstSequence == next;
            if (!starts || run.LastSequence < run.FirstSequence || run.Offset < 0 || run.Length <= 0)
            {
                return $"run {run.FirstSequence} to {run.LastSequence} where {next} is due";
            }

            next = run.LastSequence + 1;
        }

        return next == proposed.SealedThrough + 1 ? null : $"runs end at {next - 1}, sealed is {proposed.SealedThrough}";
    }

    /// <summary>Prevents that a facet with keys loses its whole index, which would pass for one without keys.</summary>
    private static string? IndexIsNeverDropped(Manifest? current, Manifest proposed) =>
        current is { Runs.Count: > 0 } && proposed.Runs.Count == 0 && proposed.Segments.Count > 0 ? "there were runs and now there are none" : null;

    /// <summary>Prevents that an object is removed which this agent, or a branch of it, still reads.</summary>
    private static string? CollectableIsNotNamed(Manifest? current, Manifest proposed) =>
        proposed.Collectable.FirstOrDefault(proposed.Names) is { } path ? $"'{path}' is named and to be collected" : null;

    /// <summary>Prevents that an object nobody names any more stays for ever: what is dropped is to be collected, unless it was collected.</summary>
    private static string? DroppedObjectsAreCollectable(Manifest? current, Manifest proposed)
    {
        if (current is null)
        {
            return null;
        }

        var folder = SealedPaths.FolderOf(proposed.Agent) + "/";
        var kept = proposed.Segments.Select(static segment => segment.ObjectPath)
            .Concat(proposed.Runs.Select(static run => run.ObjectPath))
            .Concat(proposed.Pins.Select(static pin => pin.ObjectPath))
            .Concat(proposed.Collectable)
            .ToHashSet(StringComparer.Ordinal);
        var lost = current.Segments.Select(static segment => segment.ObjectPath)
            .Concat(current.Runs.Select(static run => run.ObjectPath))
            .FirstOrDefault(path => path.StartsWith(folder, StringComparison.Ordinal) && !kept.Contains(path));
        return lost is null ? null : $"'{lost}' is dropped and not to be collected";
    }

    /// <summary>Prevents a manifest that its own reader would refuse.</summary>
    private static string? SizesAreBounded(Manifest? current, Manifest proposed) =>
        proposed.FacetCounters.Length > Manifest.FacetCountersBytesMax
        || proposed.Segments.Count > Manifest.RowsMax
        || proposed.Runs.Count > Manifest.RowsMax
        || proposed.Pins.Count > Manifest.RowsMax
        || proposed.Collectable.Count > Manifest.RowsMax
            ? "there are too many rows or counters"
            : null;
}
