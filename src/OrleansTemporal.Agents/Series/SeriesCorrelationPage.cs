using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>Related fields, the closest first.</summary>
/// <param name="Rows">The fields.</param>
/// <param name="Compared">With how many it was compared.</param>
/// <param name="Step">Nanoseconds of a step.</param>
/// <param name="SystemTime">The moment that this is the state of.</param>
public sealed record SeriesCorrelationPage(ImmutableArray<SeriesCorrelation> Rows, int Compared, long Step, HybridTimestamp SystemTime);
