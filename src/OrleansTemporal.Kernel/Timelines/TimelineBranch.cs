using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>A line of steps that begins where another one was at a moment.</summary>
public sealed class TimelineBranch
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The delta that made it; 0 for <c>main</c>.</summary>
    public required long CreatedSequence { get; init; }

    /// <summary>System time of that delta.</summary>
    public required HybridTimestamp CreatedTime { get; init; }

    /// <summary>The branch that it was made from; null for <c>main</c>.</summary>
    public required TimelineBranch? From { get; init; }

    /// <summary>The step that it begins behind; null for the empty beginning.</summary>
    public required TimelineStep? Fork { get; init; }

    /// <summary>Steps that were made on it, in order.</summary>
    internal List<TimelineStep> Own { get; } = [];

    /// <summary>Components set by the own steps before each, and by all.</summary>
    internal List<long> EntriesBefore { get; } = [0];

    // Of complete blocks of own steps, as far as somebody has asked.
    private readonly List<ComponentFilter> filters = [];

    /// <summary>Whether a block of own steps may have set a component; true where there is no filter yet, because the block is not complete.</summary>
    internal bool MayHold(int block, int component)
    {
        while (filters.Count <= block && (filters.Count + 1) * ComponentFilter.StepCount <= Own.Count)
        {
            filters.Add(new ComponentFilter(Own, filters.Count * ComponentFilter.StepCount));
        }

        return block >= filters.Count || filters[block].MayHold(component);
    }

    /// <summary>How many steps were made on it and are kept.</summary>
    public int StepCount => Own.Count;

    /// <summary>Takes steps out of the own ones. O(own steps).</summary>
    internal void Remove(IReadOnlySet<TimelineStep> removed)
    {
        Own.RemoveAll(removed.Contains);
        EntriesBefore.RemoveRange(1, EntriesBefore.Count - 1);
        filters.Clear();
        for (var i = 0; i < Own.Count; i++)
        {
            Own[i].Index = i;
            EntriesBefore.Add(EntriesBefore[i] + Own[i].Indices.Length);
            MagnitudeSinceHash = Own[i].Magnitude.L2Norm + (Own[i].IsHashed || i == 0 ? 0 : MagnitudeSinceHash);
        }
    }

    /// <summary>The delta that removed it; null while it is there.</summary>
    public (long Sequence, HybridTimestamp SystemTime)? Removed { get; internal set; }

    /// <summary>Its state now, while it is kept.</summary>
    internal float[]? HeadState { get; set; }

    /// <summary>Which blocks of that state are hashed; null while none is.</summary>
    internal StateTree? Tree { get; set; }

    /// <summary>Own steps since the newest that carries a hash of the state.</summary>
    public int StepsSinceHash { get; internal set; }

    /// <summary>How long the own steps are since the state that was hashed last, added up; the step that carries the hash stands behind that state, and counts.</summary>
    public double MagnitudeSinceHash { get; internal set; }

    /// <summary>Entries since the newest step with a checkpoint.</summary>
    internal long EntriesSinceCheckpoint { get; set; }

    /// <summary>Its newest step, its own or of what it was made from; null when there is none.</summary>
    public TimelineStep? Head => Own.Count > 0 ? Own[^1] : Fork;

    /// <summary>The newest step of its line that a test holds for, when it holds for all older ones too. O(log own steps) for each branch of the line.</summary>
    public TimelineStep? Last(Func<TimelineStep, bool> holds) => Find(holds).Last;

    /// <summary>The newest step of its line that a test holds for, when it holds for all older ones too, and the step behind it. O(log own steps) for each branch of the line.</summary>
    public (TimelineStep? Last, TimelineStep? Next) Find(Func<TimelineStep, bool> holds)
    {
        var branch = this;
        var end = Own.Count;
        TimelineStep? behind = null;
        while (true)
        {
            var (low, high) = (0, end);
            while (low < high)
            {
                var middle = (low + high) >>> 1;
                (low, high) = holds(branch.Own[middle]) ? (middle + 1, high) : (low, middle);
            }

            var next = low < end ? branch.Own[low] : behind;
            if (low > 0)
            {
                return (branch.Own[low - 1], next);
            }

            if (branch.Fork is not { } fork)
            {
                return (null, next);
            }

            (branch, end, behind) = (fork.Branch, fork.Index + 1, next);
        }
    }
}
