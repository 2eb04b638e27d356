using System.Collections.Immutable;

namespace OrleansTemporal.Series;

/// <summary>What repeats in a series.</summary>
/// <param name="Period">Nanoseconds until it repeats.</param>
/// <param name="Strength">How much of what moves around the line it is, towards 1 for all.</param>
/// <param name="Profile">By how much each step of it is off the line, the first step of the trend first.</param>
public sealed record SeriesSeason(long Period, double Strength, ImmutableArray<double> Profile);
