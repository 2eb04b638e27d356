using OrleansTemporal.Errors;

namespace OrleansTemporal.Storage.Manifests;

/// <summary>
/// What must hold between the manifest that stands and the one that is to replace it. Run before every swap: a manifest
/// that breaks one would turn a mistake of the program into lost data.
/// </summary>
public static partial class ManifestInvariants
{
    /// <summary>All of them, in the order in which they are checked.</summary>
    public static IReadOnlyList<ManifestInvariant> All { get; } =
    [
        new("agent_stays", AgentStays),
        new("epoch_never_decreases", EpochNeverDecreases),
        new("sealed_sequence_never_goes_back", SealedSequenceNeverGoesBack),
        new("clock_never_goes_back", ClockNeverGoesBack),
        new("floor_never_goes_back", FloorNeverGoesBack),
        new("segments_are_contiguous", SegmentsAreContiguous),
        new("roots_chain", RootsChain),
        new("known_roots_stay", KnownRootsStay),
        new("times_rise", TimesRise),
        new("runs_cover_what_is_sealed", RunsCoverWhatIsSealed),
        new("index_is_never_dropped", IndexIsNeverDropped),
        new("collectable_is_not_named", CollectableIsNotNamed),
        new("dropped_objects_are_collectable", DroppedObjectsAreCollectable),
        new("sizes_are_bounded", SizesAreBounded),
    ];

    /// <summary>Checks all.</summary>
    /// <param name="current">What stands; null when there is no manifest yet.</param>
    /// <param name="proposed">What is to stand.</param>
    /// <exception cref="TemporalException">Internal, <c>invariant_broken</c>; the message names the invariant.</exception>
    public static void Check(Manifest? current, Manifest proposed)
    {
        ArgumentNullException.ThrowIfNull(proposed);
        foreach (var invariant in All)
        {
            if (invariant.Violation(current, proposed) is { } violation)
            {
                throw Broken(proposed, invariant.Name, violation);
            }
        }
    }

    internal static TemporalException Broken(Manifest proposed, string name, string violation) =>
        new(ErrorKind.Internal, ErrorCodes.InvariantBroken, $"The manifest of {proposed.Agent} would break {name}: {violation}.");

    /// <summary>Prevents that a mix-up of agents puts one agent's history in the place of another's.</summary>
    private static string? AgentStays(Manifest? current, Manifest proposed) =>
        current is not null && current.Agent != proposed.Agent ? $"it was that of {current.Agent}" : null;

    /// <summary>Prevents that an owner which was superseded overwrites what its successor has sealed.</summary>
    private static string? EpochNeverDecreases(Manifest? current, Manifest proposed) =>
        current is not null && proposed.Epoch < current.Epoch ? $"epoch {proposed.Epoch} after {current.Epoch}" : null;

    /// <summary>Prevents that sealed deltas vanish while their log was trimmed already.</summary>
    private static string? SealedSequenceNeverGoesBack(Manifest? current, Manifest proposed) =>
        proposed.SealedThrough < (current?.SealedThrough ?? 0) ? $"{proposed.SealedThrough} after {current?.SealedThrough ?? 0}" : null;

    /// <summary>Prevents that after a restart a delta is stamped at or before a moment that was answered for.</summary>
    private static string? ClockNeverGoesBack(Manifest? current, Manifest proposed) =>
        current is not null && proposed.Clock < current.Clock ? $"{proposed.Clock} after {current.Clock}" : null;

    /// <summary>
    /// Prevents that removed history is taken for present, and that history is removed at a place whose root was never
    /// recorded, so that the rest could no longer be verified.
    /// </summary>
    private static string? FloorNeverGoesBack(Manifest? current, Manifest proposed)
    {
        var standing = current?.FloorSequence ?? 0;
        if (proposed.FloorSequence < standing || proposed.FloorSequence > proposed.SealedThrough)
        {
            return $"floor {proposed.FloorSequence}, which was {standing}, with {proposed.SealedThrough} sealed";
        }

        if (current is null)
        {
            return null;
        }

        var expected = proposed.FloorSequence == standing
            ? current.FloorRoot
            : current.Segments.FirstOrDefault(segment => segment.LastSequence == proposed.FloorSequence)?.RootAfter;
        return expected == proposed.FloorRoot ? null : $"the root at the floor {proposed.FloorSequence} is not the one that was recorded";
    }

    /// <summary>Prevents that a sequence is held by no segment, or by two that could disagree.</summary>
    private static string? SegmentsAreContiguous(Manifest? current, Manifest proposed)
    {
        var next = proposed.FloorSequence + 1;
        foreach (var segment in proposed.Segments)
        {
            if (segment.FirstSequence != next || segment.LastSequence < segment.FirstSequence || segment.Offset < 0 || segment.Length <= 0)
            {
                return $"segment {segment.FirstSequence} to {segment.LastSequence} where {next} is due";
            }

            next = segment.LastSequence + 1;
        }

        return next == proposed.SealedThrough + 1 ? null : $"segments end at {next - 1}, sealed is {proposed.SealedThrough}";
    }

    /// <summary>Prevents that a segment of another history, or of another branch, is put into this one.</summary>
    private static string? RootsChain(Manifest? current, Manifest proposed)
    {
        var root = proposed.FloorRoot;
        foreach (var segment in proposed.Segments)
        {
            if (segment.RootBefore != root)
            {
                return $"the root before {segment.FirstSequence} does not follow";
            }

            root = segment.RootAfter;
        }

        return root == proposed.Root ? null : $"the root after {proposed.SealedThrough} does not follow";
    }

    /// <summary>Prevents that a merge or a rewrite of segments changes history: a root that both manifests record at one sequence is the same.</summary>
    private static string? KnownRootsStay(Manifest? current, Manifest proposed)
    {
        if (current is null)
        {
            return null;
        }

        var known = current.Segments.ToDictionary(static segment => segment.LastSequence, static segment => segment.RootAfter);
        known[current.FloorSequence] = current.FloorRoot;
        known[current.SealedThrough] = current.Root;
        foreach (var segment in proposed.Segments)
        {
            if (known.TryGetValue(segment.LastSequence, out var root) && root != segment.RootAfter)
            {
                return $"the root after {segment.LastSequence} was another";
            }
        }

        // What was the end is an end still, unless a merge has swallowed it: then the chain of the merged segment was checked by the merger.
        return proposed.SealedThrough == current.SealedThrough && proposed.Root != current.Root
            ? $"the root after {proposed.SealedThrough} was another"
            : null;
    }
}
