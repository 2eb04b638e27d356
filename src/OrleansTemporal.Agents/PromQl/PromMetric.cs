namespace OrleansTemporal.PromQl;

/// <summary>A metric and what it stands for.</summary>
/// <param name="Name">Its name in PromQL.</param>
/// <param name="Stream">The stream.</param>
/// <param name="Field">The field.</param>
public sealed record PromMetric(string Name, string Stream, string Field);
