namespace OrleansTemporal.Timelines;

/// <summary>What an observer can be told. In each case it records first what waits.</summary>
public enum ObserverAction : byte
{
    /// <summary>To record what waits.</summary>
    Flush = 1,

    /// <summary>To refuse states.</summary>
    Pause = 2,

    /// <summary>To accept states again.</summary>
    Resume = 3,

    /// <summary>To be no more.</summary>
    Terminate = 4,
}
