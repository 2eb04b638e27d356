using OrleansTemporal.Errors;

namespace OrleansTemporal.Timelines;

/// <summary>
/// Merges two states component by component from what they have in common: what only one side has changed is taken, what
/// both have changed differently is decided by a rule. O(dimensions), and the steps since the base for rules that ask which
/// change is newer.
/// </summary>
public sealed class ThreeWayMerge(TimelineHistory history, TimelineStep? common, TimelineStep? oursStep, TimelineStep? theirsStep, float[] ours, float[] theirs)
{
    private readonly List<TimelineConflict> conflicts = [];

    /// <summary>Components that both sides have changed, ascending.</summary>
    public IReadOnlyList<TimelineConflict> Conflicts => conflicts;

    /// <summary>How many there are; known as well when they were rejected.</summary>
    public int ConflictCount { get; private set; }

    /// <summary>The components that change on our side, with their new values.</summary>
    /// <param name="rule">Decides conflicts.</param>
    /// <param name="decided">Components that are decided otherwise; whether they conflict or not.</param>
    /// <param name="isDryRun">True to list conflicts that are rejected rather than to throw.</param>
    /// <exception cref="TemporalException">Conflict, <c>merge_conflict</c>.</exception>
    public DeltaVector Run(TimelineConflictRule rule, DeltaVector decided, bool isDryRun)
    {
        var start = new float[history.Dimensions];
        history.CopyState(common, start);
        var differing = StateDiff.Find(ours, theirs, 0);
        var contested = Array.FindAll(differing, index => !IsSame(ours[index], start[index]) && !IsSame(theirs[index], start[index]));
        ConflictCount = contested.Length;
        var (oursLast, theirsLast) = rule is TimelineConflictRule.LastWriteWins or TimelineConflictRule.FirstWriteWins && contested.Length > 0
            ? (LastChanges(contested, oursStep), LastChanges(contested, theirsStep))
            : (null, null);
        var (indices, values) = (new List<int>(), new List<float>());
        var contestedAt = 0;
        foreach (var index in differing)
        {
            float merged;
            var isContested = contestedAt < contested.Length && contested[contestedAt] == index;
            contestedAt += isContested ? 1 : 0;
            var place = decided.Indices.BinarySearch(index);
            if (place >= 0)
            {
                merged = decided.Values[place];
            }
            else if (!isContested)
            {
                merged = IsSame(ours[index], start[index]) ? theirs[index] : ours[index];
            }
            else
            {
                merged = rule switch
                {
                    TimelineConflictRule.LastWriteWins => oursLast![index] > theirsLast![index] ? ours[index] : theirs[index],
                    TimelineConflictRule.FirstWriteWins => oursLast![index] < theirsLast![index] ? ours[index] : theirs[index],
                    TimelineConflictRule.Merge => (float)(((double)ours[index] + theirs[index]) / 2),
                    _ when isDryRun => ours[index],
                    _ => throw new TemporalException(ErrorKind.Conflict, ErrorCodes.MergeConflict, $"Component {index} was changed on both branches; {contested.Length} were.") { Field = "conflict" },
                };
            }

            if (isContested)
            {
                conflicts.Add(new TimelineConflict(index, start[index], ours[index], theirs[index], merged));
            }

            if (!IsSame(merged, ours[index]))
            {
                indices.Add(index);
                values.Add(merged);
            }
        }

        return DeltaVector.Create(history.Dimensions, [.. indices], [.. values]);
    }

    // The newest step of a line that has set each component. What came by a merge was set by it.
    private static Dictionary<int, long> LastChanges(int[] components, TimelineStep? head)
    {
        var open = new HashSet<int>(components);
        var found = components.ToDictionary(static component => component, static _ => 0L);
        for (var step = head; step is not null && open.Count > 0; step = step.Parent)
        {
            var indices = step.Indices.Span;
            for (var place = 0; place < indices.Length; place++)
            {
                if (open.Remove(indices[place]))
                {
                    found[indices[place]] = step.SetAt(place);
                }
            }
        }

        return found;
    }

    private static bool IsSame(float left, float right) => BitConverter.SingleToInt32Bits(left) == BitConverter.SingleToInt32Bits(right);
}
