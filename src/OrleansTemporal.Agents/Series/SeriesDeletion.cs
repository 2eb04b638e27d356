namespace OrleansTemporal.Series;

/// <summary>A deletion as a series that it concerns knows it.</summary>
internal readonly record struct SeriesDeletion(long Sequence, long From, long To)
{
    /// <summary>Whether a version of a point is hidden by it.</summary>
    public bool Hides(long time, long sequence) => sequence < Sequence && time >= From && time < To;

    /// <summary>Whether it may hide something of a span.</summary>
    public bool Touches(in SeriesSpan span) => span.FirstSequence < Sequence && span.LastTime >= From && span.FirstTime < To;
}
