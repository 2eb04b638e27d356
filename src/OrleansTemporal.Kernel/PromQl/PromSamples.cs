namespace OrleansTemporal.PromQl;

/// <summary>Samples of one series in time order.</summary>
/// <param name="Labels">Which series.</param>
/// <param name="Times">Event times in nanoseconds, each once, ascending.</param>
/// <param name="Values">As many values.</param>
public sealed record PromSamples(PromLabels Labels, ReadOnlyMemory<long> Times, ReadOnlyMemory<double> Values);
