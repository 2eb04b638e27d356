using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>Series as of a moment, in the order of their texts. Immutable; read outside of the gate.</summary>
/// <param name="Series">The series.</param>
/// <param name="ThroughSequence">The newest delta that is seen.</param>
/// <param name="SystemTime">The moment.</param>
internal sealed record SeriesMoment(ImmutableArray<SeriesView> Series, long ThroughSequence, HybridTimestamp SystemTime)
{
    /// <summary>A reader of one of the series.</summary>
    public SeriesReader Read(SeriesView view, SeriesSelector selector) => new(view, ThroughSequence, selector.From, selector.To);
}
