namespace OrleansTemporal.Kernel.Tests.Series;

internal readonly record struct WindowPoint(long Time, double Value, int Rank);
