namespace OrleansTemporal.Kernel.Tests.Series;

internal sealed record WindowOracleRow(long Start, long End, long Count, double[] Results, double[] Tolerances);
