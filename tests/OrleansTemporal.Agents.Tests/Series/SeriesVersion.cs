using OrleansTemporal.Causality;

namespace OrleansTemporal.Agents.Tests.Series;

internal sealed record SeriesVersion(string Series, long Time, double Value, HybridTimestamp SystemTime);
