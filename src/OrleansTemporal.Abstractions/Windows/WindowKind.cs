namespace OrleansTemporal.Windows;

/// <summary>How events are gathered into windows.</summary>
public enum WindowKind : byte
{
    /// <summary>One window over everything.</summary>
    Whole = 0,

    /// <summary>One after the other, of one size.</summary>
    Tumbling = 1,

    /// <summary>Of one size, one beginning with every slide.</summary>
    Sliding = 2,

    /// <summary>Closed by a gap without events.</summary>
    Session = 3,

    /// <summary>Of one number of events.</summary>
    Count = 4,

    /// <summary>Closed by a number of events or a sum of magnitudes, within a longest duration.</summary>
    Adaptive = 5,
}
