namespace OrleansTemporal.PromQl;

/// <summary>Samples that a query needs.</summary>
/// <param name="Selection">Of which series.</param>
/// <param name="From">The first event time, in nanoseconds.</param>
/// <param name="To">The first event time behind; <see cref="long.MaxValue"/> for no end.</param>
public sealed record PromRead(PromSelection Selection, long From, long To);
