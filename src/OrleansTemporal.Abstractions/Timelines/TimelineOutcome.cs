namespace OrleansTemporal.Timelines;

/// <summary>What became of a change.</summary>
public enum TimelineOutcome : byte
{
    /// <summary>It is a step.</summary>
    Recorded = 1,

    /// <summary>It was too small to be recorded, or no change at all; later states are still compared with the recorded one.</summary>
    BelowThreshold = 2,

    /// <summary>A delta with its id was there before.</summary>
    Known = 3,

    /// <summary>It waits for its parent.</summary>
    Buffered = 4,
}
