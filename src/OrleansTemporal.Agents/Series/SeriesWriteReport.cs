using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>What became of a write to one or more agents.</summary>
/// <param name="Receipts">One for each agent, in the order in which they were written to.</param>
/// <param name="SystemTime">The latest system time of them.</param>
public sealed record SeriesWriteReport(ImmutableArray<Receipt> Receipts, HybridTimestamp SystemTime);
