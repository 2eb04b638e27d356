using System.Collections.Immutable;

namespace OrleansTemporal.PromQl;

/// <summary>A series of an answer.</summary>
/// <param name="Labels">Its labels.</param>
/// <param name="Times">Moments in milliseconds since 1970, ascending.</param>
/// <param name="Values">As many values; they may be NaN and infinite.</param>
public sealed record PromResultSeries(PromLabels Labels, ImmutableArray<long> Times, ImmutableArray<double> Values);
