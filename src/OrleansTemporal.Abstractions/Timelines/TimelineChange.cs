namespace OrleansTemporal.Timelines;

/// <summary>How a step of a timeline came about. The numbers are part of stored formats and never change meaning.</summary>
public enum TimelineChange : byte
{
    /// <summary>A whole state was observed, and what differs was kept.</summary>
    Capture = 1,

    /// <summary>A delta was applied.</summary>
    Apply = 2,

    /// <summary>An earlier state was restored.</summary>
    Rollback = 3,

    /// <summary>Another branch was merged.</summary>
    Merge = 4,

    /// <summary>An observer recorded a state, or that it has not changed.</summary>
    Observe = 5,
}
