using System.Collections.Immutable;

namespace OrleansTemporal.PromQl;

/// <summary>The answer to a query.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Series">Its series, in the order of labels unless the query gives them one; of a scalar a single one without labels.</param>
/// <param name="Text">The text, where it is one.</param>
public sealed record PromResult(PromResultKind Kind, ImmutableArray<PromResultSeries> Series, string? Text);
