using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>
/// All steps of a timeline in memory: branches, states of any step, differences, ancestors. Steps keep the values of before
/// and behind, so that a state is found from whichever is nearer, a checkpoint before it or the newest state behind it; a
/// checkpoint is kept for every <see cref="CheckpointEntries"/> of changes, a twelfth of what these take. Not thread-safe.
/// </summary>
public sealed partial class TimelineHistory
{
    /// <summary>The branch that every timeline has.</summary>
    public const string Main = "main";

    private const int CheckpointDimensions = 4;
    private const int CheckpointEntriesMin = 4_096;
    private const long HeadStateBytesMax = 64 << 20;

    private readonly Dictionary<string, List<TimelineBranch>> branches = new(StringComparer.Ordinal);
    private readonly List<TimelineStep> steps = [];
    private readonly StepArena arena = new();
    private readonly Dictionary<string, TimelineStep> byId = new(StringComparer.Ordinal);
    private readonly LinkedList<TimelineBranch> withState = new();
    private readonly int headStatesMax;

    /// <summary>Makes the history of a state of zeros.</summary>
    public TimelineHistory(int dimensions)
    {
        Dimensions = dimensions;
        headStatesMax = (int)Math.Clamp(HeadStateBytesMax / (sizeof(float) * (long)Math.Max(1, dimensions)), 2, 1_024);
        AddBranch(new TimelineBranch { Name = Main, CreatedSequence = 0, CreatedTime = HybridTimestamp.Zero, From = null, Fork = null });
    }

    /// <summary>Components of the state.</summary>
    public int Dimensions { get; }

    /// <summary>Entries between two checkpoints of a branch.</summary>
    public long CheckpointEntries => Math.Max(CheckpointEntriesMin, (long)CheckpointDimensions * Dimensions);

    /// <summary>Steps of all branches.</summary>
    public int StepCount => steps.Count;

    /// <summary>Steps of all branches, in the order of their sequences.</summary>
    public IReadOnlyList<TimelineStep> Steps => steps;

    /// <summary>The branches that are there now, in the order in which they were made.</summary>
    public IEnumerable<TimelineBranch> Branches =>
        branches.Values.SelectMany(static made => made).Where(static branch => branch.Removed is null).OrderBy(static branch => branch.CreatedSequence);

    /// <summary>The branch of a name that is there now; null when there is none.</summary>
    public TimelineBranch? FindBranch(string name) => branches.TryGetValue(name, out var made) && made[^1].Removed is null ? made[^1] : null;

    /// <summary>The branch of a name that was there last at a moment; null when it had not been made, or was removed by then.</summary>
    public TimelineBranch? FindBranch(string name, ulong time, long sequence)
    {
        if (!branches.TryGetValue(name, out var made))
        {
            return null;
        }

        // A moment before the first of the name belongs to what that was made from.
        var branch = made.FindLast(candidate => candidate.CreatedTime.Value <= time && candidate.CreatedSequence <= sequence) ?? made[0];
        return branch.Removed is { } removed && removed.SystemTime.Value <= time && removed.Sequence <= sequence ? null : branch;
    }

    /// <summary>The step that a delta made; null when it made none. O(log steps), O(1) for the newest.</summary>
    public TimelineStep? FindStep(long sequence) =>
        steps.Count > 0 && steps[^1].Sequence == sequence ? steps[^1]
        : FirstBehind(sequence - 1) is var place && place < steps.Count && steps[place].Sequence == sequence ? steps[place]
        : null;

    /// <summary>The place, among all steps, of the first with a higher sequence. O(log steps).</summary>
    public int FirstBehind(long sequence)
    {
        var (low, high) = (0, steps.Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = steps[middle].Sequence <= sequence ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    /// <summary>The step with an id that its writer gave it; null when there is none.</summary>
    public TimelineStep? FindStep(string id) => byId.GetValueOrDefault(id);

    /// <summary>Begins a branch. O(1).</summary>
    public TimelineBranch AddBranch(TimelineBranch branch)
    {
        if (!branches.TryGetValue(branch.Name, out var made))
        {
            branches[branch.Name] = made = [];
        }

        made.Add(branch);
        return branch;
    }

    /// <summary>Ends a branch; its steps stay.</summary>
    public void RemoveBranch(TimelineBranch branch, long sequence, HybridTimestamp systemTime)
    {
        branch.Removed = (sequence, systemTime);
        if (branch.HeadState is not null)
        {
            Release(branch);
            withState.Remove(branch);
        }
    }

    /// <summary>The hash of the state of a branch now. O(blocks that changed since it was asked for).</summary>
    public Distinction HashHead(TimelineBranch branch)
    {
        var state = HeadStateOf(branch);
        branch.Tree ??= new StateTree(Dimensions);
        return branch.Tree.Root(state);
    }

    /// <summary>The state of a branch now; to be read only. O(1) while it is kept.</summary>
    public float[] HeadStateOf(TimelineBranch branch)
    {
        if (branch.HeadState is { } kept)
        {
            if (withState.Last!.Value != branch)
            {
                withState.Remove(branch);
                withState.AddLast(branch);
            }

            return kept;
        }

        var state = new float[Dimensions];
        CopyState(branch.Head, state);
        branch.HeadState = state;
        withState.AddLast(branch);
        if (withState.Count > headStatesMax)
        {
            Release(withState.First!.Value);
            withState.RemoveFirst();
        }

        return state;
    }

    /// <summary>Counts the steps of a branch from here on, since its newest one carries a hash; how long that one is counts, since the hash is of the state before it.</summary>
    public void NoteHash(TimelineBranch branch) => (branch.StepsSinceHash, branch.MagnitudeSinceHash) = (0, branch.Head?.Magnitude.L2Norm ?? 0);

    /// <summary>Writes values into the newest state of a branch as if they were a step, for a look at what would follow; <see cref="Undo"/> takes them out again before anybody else looks.</summary>
    /// <returns>The values of before.</returns>
    public float[] Try(TimelineBranch branch, DeltaVector set)
    {
        var before = new float[set.Count];
        StepArena.Exchange(HeadStateOf(branch), set.Indices, set.Values, before);
        branch.Tree?.Touch(set.Indices);
        return before;
    }

    /// <summary>Takes out what <see cref="Try"/> wrote; the newest first.</summary>
    public void Undo(TimelineBranch branch, DeltaVector set, float[] before)
    {
        Write(set.Indices, before, HeadStateOf(branch));
        branch.Tree?.Touch(set.Indices);
    }

    /// <summary>Adds a step behind the newest of a branch. O(changed components).</summary>
    public TimelineStep Append(
        TimelineBranch branch,
        DeltaVector set,
        TimelineChange change,
        (long Sequence, HybridTimestamp SystemTime) place,
        TimelineStep? mergeParent,
        TimelineStep? restoredTo,
        string? id,
        ImmutableArray<KeyValuePair<string, string>> metadata,
        bool isHashed = false,
        (ThinnedGroup Group, long By)? thinned = null)
    {
        ComposedSteps? composed = null;
        if (thinned is { } gone)
        {
            (set, composed) = Join(gone.Group, gone.By, set);
            branch.StepsSinceHash += composed.LetGo.Length;
        }

        var state = HeadStateOf(branch);
        var entries = arena.Replace(state, set);
        var step = new TimelineStep
        {
            Sequence = place.Sequence,
            SystemTime = place.SystemTime,
            Branch = branch,
            Parent = branch.Head,
            MergeParent = mergeParent,
            Change = change,
            RestoredTo = restoredTo,
            Id = id,
            Metadata = metadata,
            IsHashed = isHashed,
            Composed = composed,
            Entries = entries,
            Magnitude = DeltaMagnitude.Of(entries.Before.Span, set.Values, Dimensions),
            Index = branch.Own.Count,
        };
        branch.Own.Add(step);
        branch.EntriesBefore.Add(branch.EntriesBefore[^1] + set.Count);
        branch.EntriesSinceCheckpoint += set.Count;
        if (branch.EntriesSinceCheckpoint >= CheckpointEntries)
        {
            step.Checkpoint = [.. state];
            branch.EntriesSinceCheckpoint = 0;
        }

        branch.Tree?.Touch(set.Indices);
        branch.StepsSinceHash++;
        branch.MagnitudeSinceHash += step.Magnitude.L2Norm;
        steps.Add(step);
        if (id is not null)
        {
            byId.TryAdd(id, step);
        }

        return step;
    }

    /// <summary>Writes the state behind a step. O(dimensions + changes since the nearest checkpoint, or before the newest state).</summary>
    public void CopyState(TimelineStep? step, Span<float> destination)
    {
        var path = new Stack<TimelineStep>();
        for (var ahead = EntriesFromCheckpoint(step); step is { Checkpoint: null }; step = step.Parent)
        {
            // From here on the newest state of the branch may be nearer.
            if (step.Branch.HeadState is { } head && step.Branch.EntriesBefore[^1] - step.Branch.EntriesBefore[step.Index + 1] <= ahead)
            {
                head.CopyTo(destination);
                for (var i = step.Branch.Own.Count - 1; i > step.Index; i--)
                {
                    Write(step.Branch.Own[i].Indices.Span, step.Branch.Own[i].Before.Span, destination);
                }

                Replay(path, destination);
                return;
            }

            path.Push(step);
            ahead -= step.Indices.Length;
        }

        if (step is null)
        {
            destination.Clear();
        }
        else
        {
            step.Checkpoint.CopyTo(destination);
        }

        Replay(path, destination);
    }

    /// <summary>
    /// The components that differ between two steps of one line, with their values behind each. O(changes between), and
    /// sorting them.
    /// </summary>
    /// <param name="from">The older step; null for the empty beginning.</param>
    /// <param name="to">The newer one, of which <paramref name="from"/> is an ancestor on the line.</param>
    public static (int[] Indices, float[] From, float[] To) Between(TimelineStep? from, TimelineStep? to) => Compose(Line(from, to));

    /// <summary>What steps that follow each other come to: the components that differ, with their values before the first and behind the last. O(components), and sorting them.</summary>
    public static (int[] Indices, float[] From, float[] To) Compose(IReadOnlyList<TimelineStep> steps)
    {
        var total = steps.Sum(static step => step.Indices.Length);
        var (components, firsts, lasts) = (new int[total], new float[total], new float[total]);
        var at = 0;
        foreach (var step in steps)
        {
            step.Indices.Span.CopyTo(components.AsSpan(at));
            step.Before.Span.CopyTo(firsts.AsSpan(at));
            step.After.Span.CopyTo(lasts.AsSpan(at));
            at += step.Indices.Length;
        }

        // Equal places stay in the order of the steps.
        var order = IndexOrder.Of(components);
        var (indices, before, after) = (new List<int>(), new List<float>(), new List<float>());
        for (var i = 0; i < order.Length;)
        {
            var index = components[order[i]];
            var last = i;
            while (last + 1 < order.Length && components[order[last + 1]] == index)
            {
                last++;
            }

            var (first, final) = (firsts[order[i]], lasts[order[last]]);
            if (BitConverter.SingleToInt32Bits(first) != BitConverter.SingleToInt32Bits(final))
            {
                indices.Add(index);
                before.Add(first);
                after.Add(final);
            }

            i = last + 1;
        }

        return ([.. indices], [.. before], [.. after]);
    }

    /// <summary>The steps of a line behind one, up to another, oldest first. O(their number).</summary>
    public static List<TimelineStep> Line(TimelineStep? from, TimelineStep? to)
    {
        var steps = new List<TimelineStep>();
        for (var step = to; step is not null && step != from; step = step.Parent)
        {
            steps.Add(step);
        }

        steps.Reverse();
        return steps;
    }

    /// <summary>
    /// The nearest common ancestors of two steps through both parents, newest first; several when lines have been merged
    /// crosswise. Sequences are a topological order, so no step is looked at twice. O(steps newer than the oldest of them).
    /// </summary>
    public static List<TimelineStep> NearestCommonAncestors(TimelineStep? left, TimelineStep? right)
    {
        var found = new List<TimelineStep>();
        var sides = new Dictionary<TimelineStep, int>();
        var queue = new PriorityQueue<TimelineStep, long>();
        var open = 0;
        Reach(left, 1);
        Reach(right, 2);
        while (queue.Count > 0 && open > 0)
        {
            var step = queue.Dequeue();
            var side = sides[step];
            open -= side < 4 ? 1 : 0;
            if (side == 3)
            {
                found.Add(step);
                side = 7;
            }

            Reach(step.Parent, side);
            Reach(step.MergeParent, side);
        }

        return found;

        // 1 and 2 for the sides that reach a step, 4 more when it is an ancestor of one that was found.
        void Reach(TimelineStep? step, int side)
        {
            if (step is null)
            {
                return;
            }

            if (!sides.TryGetValue(step, out var known))
            {
                queue.Enqueue(step, -step.Sequence);
                open += side < 4 ? 1 : 0;
            }
            else if (known < 4 && side >= 4)
            {
                open--;
            }

            sides[step] = known | side;
        }
    }

    /// <summary>Whether a step is another one or comes before it, through both parents.</summary>
    public static bool IsAncestor(TimelineStep? ancestor, TimelineStep? step) =>
        ancestor is null || (step is not null && NearestCommonAncestors(ancestor, step).Contains(ancestor));

    private static void Release(TimelineBranch branch) => (branch.HeadState, branch.Tree) = (null, null);

    private static long EntriesFromCheckpoint(TimelineStep? step)
    {
        var entries = 0L;
        for (; step is { Checkpoint: null }; step = step.Parent)
        {
            entries += step.Indices.Length;
        }

        return entries;
    }

    private static void Replay(Stack<TimelineStep> path, Span<float> destination)
    {
        while (path.TryPop(out var step))
        {
            Write(step.Indices.Span, step.After.Span, destination);
        }
    }

    private static void Write(ReadOnlySpan<int> indices, ReadOnlySpan<float> values, Span<float> destination)
    {
        for (var i = 0; i < indices.Length && i < values.Length; i++)
        {
            destination[indices[i]] = values[i];
        }
    }
}
