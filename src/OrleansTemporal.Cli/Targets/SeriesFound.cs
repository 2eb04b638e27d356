using OrleansTemporal.Causality;
using OrleansTemporal.Series;

namespace OrleansTemporal.Targets;

/// <summary>A point that was read.</summary>
/// <param name="Time">Its event time.</param>
/// <param name="Tags">The tags of its series.</param>
/// <param name="Field">The field of its series.</param>
/// <param name="Value">Its value.</param>
/// <param name="Resolution">Length of the window that it is the last point of, as <c>1m</c>, where policy keeps windows instead of points; else null.</param>
internal sealed record SeriesFound(EventTime Time, SeriesTags Tags, string Field, double Value, string? Resolution);
