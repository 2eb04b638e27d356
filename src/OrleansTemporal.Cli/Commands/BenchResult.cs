namespace OrleansTemporal.Commands;

/// <summary>What one phase of a measurement found.</summary>
internal sealed record BenchResult(string Operation, long Count, double Rate, TimeSpan P50, TimeSpan P99);
