using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

/// <summary>Owner of one partition of a stream. Points have an event time, which the caller gives, and the system time of their delta.</summary>
public interface IChronicleAgent : IAgent
{
    /// <summary>
    /// Writes points as one delta. A point of a series at an event time that has one is a version of it; the newest is
    /// answered, the others as of a moment before.
    /// </summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>; TooLarge, <c>batch_too_large</c>; Unavailable; Throttled.</exception>
    ValueTask<SeriesWriteResult> WriteAsync(SeriesWrite write, CancellationToken cancellationToken);

    /// <summary>Deletes what is selected and was written before. History stays.</summary>
    ValueTask<SeriesWriteResult> DeleteAsync(SeriesDelete delete, CancellationToken cancellationToken);

    /// <summary>Reads points in time order. Costs the decoding of the chunks in the range, not of what is before it.</summary>
    ValueTask<SeriesPointsPage> ReadAsync(SeriesPointsQuery query, CancellationToken cancellationToken);

    /// <summary>Computes aggregates by group and window.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>; TooLarge, <c>query_too_large</c>: more windows than <see cref="Limits.SeriesWindowsMax"/>.</exception>
    ValueTask<SeriesAggregatePage> AggregateAsync(SeriesAggregateQuery query, CancellationToken cancellationToken);

    /// <summary>Which series there are, how many points, from when to when.</summary>
    ValueTask<SeriesStats> GetStatsAsync(CancellationToken cancellationToken);

    /// <summary>Names the series that a selector means, whatever its times. Costs the comparing of all keys, and reads no points.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>, <c>as_of_in_future</c>.</exception>
    ValueTask<SeriesListing> ListSeriesAsync(SeriesSelector selector, AsOf asOf, CancellationToken cancellationToken);

    /// <summary>
    /// What was written and deleted since a sequence, up to a moment that is closed with the answer: some hundred thousand
    /// points, or one deletion, a page. Costs a read of the deltas.
    /// </summary>
    /// <exception cref="TemporalException">Invalid, <c>as_of_in_future</c>.</exception>
    ValueTask<SeriesChangesPage> ReadChangesAsync(SeriesChangesQuery query, CancellationToken cancellationToken);

    /// <summary>Reads points of named series, series by series. Costs the decoding of the chunks in the range.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>, <c>as_of_in_future</c>.</exception>
    ValueTask<SeriesSamplesPage> ReadSamplesAsync(SeriesSamplesQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// Lets go of points that policy keeps no more, or only in windows: one bounded piece of work. Costs a read of the
    /// segments that have some to let go, and their writing anew.
    /// </summary>
    ValueTask<Lifecycle.DistillReport> ThinAsync(SeriesThinOrder order, CancellationToken cancellationToken);
}
