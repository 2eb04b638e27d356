using System.Collections.Immutable;

namespace OrleansTemporal.Timelines;

/// <content>
/// Letting go of steps: which may go, what they come to, and taking them out. A step that is kept stands for those before it
/// that were let go, so that the state behind it stays as it was, bit by bit.
/// </content>
public sealed partial class TimelineHistory
{
    private readonly HashSet<long> letGo = [];
    private readonly Dictionary<string, long> letGoIds = new(StringComparer.Ordinal);

    /// <summary>Steps that were let go.</summary>
    public int LetGoCount => letGo.Count;

    /// <summary>Whether a delta was a step that was let go.</summary>
    public bool IsLetGo(long sequence) => letGo.Contains(sequence);

    /// <summary>The delta with an id that its writer gave it, of those that were let go; null when there is none.</summary>
    public long? FindLetGo(string id) => letGoIds.TryGetValue(id, out var sequence) ? sequence : null;

    /// <summary>
    /// The steps that something rests on, which never go: the newest of each branch, where branches begin, merges and what
    /// they merged, rollbacks and where they went back to, and steps that say the hash of the state that they stand on, with the step
    /// that has this state.
    /// </summary>
    public HashSet<TimelineStep> Pinned()
    {
        var pinned = new HashSet<TimelineStep>();
        foreach (var branch in branches.Values.SelectMany(static made => made))
        {
            Pin(branch.Head);
            Pin(branch.Fork);
        }

        foreach (var step in steps)
        {
            if (step.MergeParent is not null || step.IsHashed)
            {
                Pin(step);
                Pin(step.Parent);
                Pin(step.MergeParent);
            }

            if (step.RestoredTo is not null)
            {
                Pin(step);
                Pin(step.RestoredTo);
            }
        }

        return pinned;

        void Pin(TimelineStep? step)
        {
            if (step is not null)
            {
                pinned.Add(step);
            }
        }
    }

    /// <summary>The steps that may go, each with the one that would stand for it, by branch and in order. O(steps).</summary>
    /// <param name="levels">What is kept, the coarsest first; the first that holds for a step counts.</param>
    /// <param name="pinned">Steps that stay.</param>
    public IEnumerable<(TimelineStep Keeper, string Resolution, List<TimelineStep> LetGo)> FindThinnable(IReadOnlyList<ThinningLevel> levels, IReadOnlySet<TimelineStep> pinned)
    {
        ArgumentNullException.ThrowIfNull(levels);
        ArgumentNullException.ThrowIfNull(pinned);
        foreach (var branch in branches.Values.SelectMany(static made => made))
        {
            var newest = branch.Own.Sum(static step => 1L + (step.Composed?.LetGo.Length ?? 0)) - 1;
            var (going, ordinal, resolution) = (new List<TimelineStep>(), -1L, "");
            for (var i = 0; i < branch.Own.Count; i++)
            {
                var step = branch.Own[i];
                ordinal += 1 + (step.Composed?.LetGo.Length ?? 0);
                var window = WindowOf(step, ordinal);
                if (window is not null && !pinned.Contains(step) && i + 1 < branch.Own.Count
                    && WindowOf(branch.Own[i + 1], ordinal + 1 + (branch.Own[i + 1].Composed?.LetGo.Length ?? 0)) == window)
                {
                    going.Add(step);
                    resolution = window.Value.Name;
                }
                else if (going.Count > 0)
                {
                    yield return (step, resolution, going);
                    going = [];
                }
            }

            (string Name, long Window)? WindowOf(TimelineStep step, long ordinal)
            {
                foreach (var level in levels)
                {
                    if (level.WindowOf(step, ordinal, newest) is { } window)
                    {
                        return (level.Name, window);
                    }
                }

                return null;
            }
        }
    }

    /// <summary>What steps come to that are to go, with those that the kept step stands for already. O(components).</summary>
    public ThinnedGroup Compose(TimelineStep keeper, string resolution, IReadOnlyList<TimelineStep> going)
    {
        ArgumentNullException.ThrowIfNull(keeper);
        ArgumentNullException.ThrowIfNull(going);
        var gone = going.SelectMany(static step => (step.Composed?.LetGo ?? []).Append(LetGoStep.Of(step))).Concat(keeper.Composed?.LetGo ?? []);
        var (vector, setAt) = StepComposition.Of([.. going, keeper]).Without(keeper.Composed?.Own ?? keeper.Indices.ToArray(), Dimensions);
        ImmutableArray<LetGoStep> all = [.. gone];

        // Which change is newer is asked when branches are merged: only where another one was written to meanwhile.
        var isAlone = true;
        for (var at = FirstBehind(all[0].Sequence - 1); isAlone && at < steps.Count && steps[at].Sequence < keeper.Sequence; at++)
        {
            isAlone = steps[at].Branch == keeper.Branch;
        }

        return new ThinnedGroup { Keeper = keeper.Sequence, Resolution = resolution, LetGo = all, Vector = vector, KeeperNorm = keeper.ObservedNorm, SetAt = isAlone && keeper.Composed?.SetAt is null && going.All(static step => step.Composed?.SetAt is null) ? null : setAt };
    }

    /// <summary>Remembers what has gone, so that it is recognised.</summary>
    public void NoteLetGo(ThinnedGroup group)
    {
        ArgumentNullException.ThrowIfNull(group);
        foreach (var step in group.LetGo)
        {
            letGo.Add(step.Sequence);
            if (step.Id is { } id)
            {
                letGoIds.TryAdd(id, step.Sequence);
            }
        }
    }

    /// <summary>Takes steps out whose groups stand for them from here on. O(steps of the timeline).</summary>
    /// <param name="groups">Groups of which steps are there still.</param>
    /// <param name="by">The delta that says so.</param>
    public void LetGo(IEnumerable<ThinnedGroup> groups, long by)
    {
        ArgumentNullException.ThrowIfNull(groups);
        var removed = new HashSet<TimelineStep>();
        foreach (var group in groups)
        {
            LetGo(group, by, removed);
            NoteLetGo(group);
        }

        foreach (var branch in removed.Select(static step => step.Branch).Distinct())
        {
            branch.Remove(removed);
        }

        steps.RemoveAll(removed.Contains);
        LeaveArrays(removed);
        foreach (var id in removed.Select(static step => step.Id))
        {
            if (id is not null)
            {
                byId.Remove(id);
            }
        }
    }

    // What is kept of arrays that steps shared which went moves to others: else one step would keep all that was beside it.
    private void LeaveArrays(HashSet<TimelineStep> removed)
    {
        var left = removed.Select(static step => step.Indices.Whole).ToHashSet(ReferenceEqualityComparer.Instance);
        arena.Leave();
        foreach (var step in steps)
        {
            if (left.Contains(step.Indices.Whole))
            {
                step.Entries = arena.Copy(step.Entries);
            }
        }
    }

    private void LetGo(ThinnedGroup group, long by, HashSet<TimelineStep> removed)
    {
        var keeper = FindStep(group.Keeper)!;
        var first = keeper.Index;
        while (first > 0 && keeper.Branch.Own[first - 1].Sequence >= group.LetGo[0].Sequence)
        {
            first--;
        }

        var going = keeper.Branch.Own.GetRange(first, keeper.Index - first);
        if (keeper.Checkpoint is null && going.Exists(static step => step.Checkpoint is not null))
        {
            var state = new float[Dimensions];
            CopyState(keeper, state);
            keeper.Checkpoint = state;
        }

        var own = keeper.Composed?.Own ?? keeper.Indices.ToArray();
        var composed = StepComposition.Of([.. going, keeper]);
        keeper.Parent = going.Count > 0 ? going[0].Parent : keeper.Parent;
        keeper.Entries = new StepEntries(new(composed.Indices), new(composed.Before), new(composed.After));
        keeper.Magnitude = DeltaMagnitude.Of(composed.Before, composed.After, Dimensions);
        keeper.Composed = new ComposedSteps { LetGo = group.LetGo, Own = own, OwnNorm = group.KeeperNorm, SetAt = group.SetAt is null ? null : composed.SetAt, Resolution = group.Resolution, ThinnedBy = by };
        removed.UnionWith(going);
    }

    // What a step is made of that stands for others: their components, and its own.
    private static (DeltaVector Set, ComposedSteps Composed) Join(ThinnedGroup group, long by, DeltaVector own)
    {
        var set = group.Vector.ThenSet(own);
        long[]? setAt = null;
        if (group.SetAt is { } sequences)
        {
            setAt = new long[set.Count];
            for (var i = 0; i < setAt.Length; i++)
            {
                var place = group.Vector.Indices.BinarySearch(set.Indices[i]);
                setAt[i] = place < 0 ? group.Keeper : sequences[place];
            }
        }

        return (set, new ComposedSteps { LetGo = group.LetGo, Own = own.Places, OwnNorm = group.KeeperNorm, SetAt = setAt, Resolution = group.Resolution, ThinnedBy = by });
    }
}
