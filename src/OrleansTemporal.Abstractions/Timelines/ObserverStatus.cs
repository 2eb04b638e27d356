namespace OrleansTemporal.Timelines;

/// <summary>Where an observer stands. The numbers are part of stored formats and never change meaning.</summary>
public enum ObserverStatus : byte
{
    /// <summary>It accepts states.</summary>
    Active = 1,

    /// <summary>It refuses states until it is resumed.</summary>
    Paused = 2,

    /// <summary>The newest state that it was to record was refused; the next one that is recorded ends this. Not stored.</summary>
    Error = 3,

    /// <summary>It was removed; what it has recorded stays.</summary>
    Terminated = 4,
}
