using OrleansTemporal.Causality;
using OrleansTemporal.Series;

namespace OrleansTemporal.Targets;

/// <summary>A point that was read.</summary>
internal sealed record SeriesFound(EventTime Time, SeriesTags Tags, string Field, double Value);
