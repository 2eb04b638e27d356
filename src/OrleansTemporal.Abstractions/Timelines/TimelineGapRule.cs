namespace OrleansTemporal.Timelines;

/// <summary>What happens to a delta whose parent is not known. The numbers are part of stored formats.</summary>
public enum TimelineGapRule : byte
{
    /// <summary>It is refused.</summary>
    Refuse = 1,

    /// <summary>It is kept, durably, and applied behind its parent when that comes.</summary>
    Buffer = 2,
}
