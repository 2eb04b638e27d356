namespace OrleansTemporal.Timelines;

/// <summary>Where a window of deltas stands; it only ever moves on.</summary>
public enum DeltaWindowStatus : byte
{
    /// <summary>It takes deltas.</summary>
    Open = 1,

    /// <summary>It takes none any more, and is to be closed.</summary>
    Closing = 2,

    /// <summary>It is over.</summary>
    Closed = 3,

    /// <summary>Its deltas are one.</summary>
    Compacted = 4,
}
