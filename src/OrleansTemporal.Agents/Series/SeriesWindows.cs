namespace OrleansTemporal.Series;

/// <summary>What a reader does where policy has left windows instead of points.</summary>
internal enum SeriesWindows
{
    /// <summary>It begins behind them.</summary>
    Skip,

    /// <summary>It gives them, and refuses to give points of them.</summary>
    Give,

    /// <summary>It gives the last point of each, as if there were no others.</summary>
    Last,
}
