namespace OrleansTemporal.Signals;

/// <summary>What is known of a state beside its numbers.</summary>
[Flags]
internal enum SignalFlags : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Events wait for their time.</summary>
    HasAhead = 1,

    /// <summary>It is in the list of leaders by its first score; the next two bits say so of the other scores.</summary>
    LeadsFirst = 2,
}
