namespace OrleansTemporal.Timelines;

/// <summary>What happens to a component that was changed on both sides. The numbers are part of stored formats.</summary>
public enum TimelineConflictRule : byte
{
    /// <summary>The newer value counts.</summary>
    LastWriteWins = 1,

    /// <summary>The older value counts.</summary>
    FirstWriteWins = 2,

    /// <summary>The mean of both counts.</summary>
    Merge = 3,

    /// <summary>Nothing is written.</summary>
    Reject = 4,
}
