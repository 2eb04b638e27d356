namespace OrleansTemporal.Timelines;

/// <summary>What an observer made of a state.</summary>
public enum ObserverOutcome : byte
{
    /// <summary>It is a step.</summary>
    Captured = 1,

    /// <summary>It did not differ, and a step without components says that it was there.</summary>
    Heartbeat = 2,

    /// <summary>It did not differ enough; later states are still compared with the recorded one.</summary>
    Filtered = 3,

    /// <summary>It waits to be due, in memory only: should the process die, it is lost.</summary>
    Pending = 4,

    /// <summary>Nothing waited.</summary>
    Idle = 5,
}
