using OrleansTemporal.Timelines;

namespace OrleansTemporal.Commands;

/// <summary>Draws steps that come oldest first: a lane for each branch, a star where a step is, a line where a branch goes on, an arrow where one was merged.</summary>
internal sealed class StepGraph
{
    private readonly List<string> lanes = [];
    private readonly Dictionary<long, string> branchOf = [];

    /// <summary>The lanes of one row.</summary>
    public string Draw(TimelineDelta delta)
    {
        branchOf[delta.Sequence] = delta.Branch;
        if (!lanes.Contains(delta.Branch))
            lanes.Add(delta.Branch);
        var merged = delta.Change == TimelineChange.Merge && delta.Parents.Length > 0 ? branchOf.GetValueOrDefault(delta.Parents[^1]) : null;
        return string.Join(' ', lanes.Select(lane => lane == delta.Branch ? "*" : lane == merged ? "<" : "|"));
    }
}
