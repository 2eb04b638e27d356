namespace OrleansTemporal.Signals;

/// <summary>What entities are ranked by. The numbers travel between processes and never change meaning.</summary>
public enum SignalRankBy : byte
{
    /// <summary>The decayed score.</summary>
    Score = 0,

    /// <summary>The number of events.</summary>
    Count = 1,

    /// <summary>Events a second over a window.</summary>
    Velocity = 2,
}
