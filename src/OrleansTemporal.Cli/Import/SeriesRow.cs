using OrleansTemporal.Causality;
using OrleansTemporal.Series;

namespace OrleansTemporal.Import;

/// <summary>A row of a file as a point.</summary>
/// <param name="Line">Line on which it starts, from 1.</param>
/// <param name="Tags">Its tags.</param>
/// <param name="Fields">Its fields, at least one.</param>
/// <param name="Time">Its event time.</param>
internal sealed record SeriesRow(long Line, SeriesTags Tags, IReadOnlyList<KeyValuePair<string, double>> Fields, EventTime Time);
