namespace OrleansTemporal.PromQl;

/// <summary>A series of a stream, as PromQL sees it.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Partition">The partition that has it.</param>
/// <param name="Text">Its canonical text there.</param>
/// <param name="Field">Its field.</param>
/// <param name="Labels">Its labels.</param>
internal sealed record PromSeries(string Stream, int Partition, string Text, string Field, PromLabels Labels);
