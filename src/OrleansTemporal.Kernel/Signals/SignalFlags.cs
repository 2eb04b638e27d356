namespace OrleansTemporal.Signals;

/// <summary>What is known of a state beside its numbers.</summary>
[Flags]
internal enum SignalFlags : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Events wait for their time.</summary>
    HasAhead = 1,
}
