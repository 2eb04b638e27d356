using OrleansTemporal.Agents;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Views;

/// <summary>
/// Keeps the answer of a query. Partition 0 of a name is the view of that name, whose definitions are its log; partition 1 has
/// the indexes of the namespace of that name, and no deltas. What it holds is derived from the documents and can be made again.
/// </summary>
public interface IViewAgent : IAgent
{
    /// <summary>Writes the definition that the catalog has into the log, if it is not there yet. Durable when it answers.</summary>
    /// <exception cref="Errors.TemporalException"><c>view_not_found</c>, <c>storage_failed</c>.</exception>
    ValueTask FormAsync(string actor, CancellationToken cancellationToken);

    /// <summary>A page of rows; takes in first what of the source is new. O(changes + rows).</summary>
    /// <exception cref="Errors.TemporalException"><c>view_not_found</c>, <c>view_cycle</c>, <c>view_too_large</c>, <c>as_of_in_future</c>, <c>history_expired</c>, <c>query_too_large</c>.</exception>
    ValueTask<ViewPage> ReadAsync(ViewQuery query, CancellationToken cancellationToken);

    /// <summary>Takes in what of the source is new. O(changes).</summary>
    /// <exception cref="Errors.TemporalException"><c>view_not_found</c>, <c>view_cycle</c>, <c>view_too_large</c>.</exception>
    ValueTask<ViewStats> RefreshAsync(CancellationToken cancellationToken);

    /// <summary>Takes in what of the source is new, once for all requests with a stamp; durable when it answers. O(changes).</summary>
    /// <exception cref="Errors.TemporalException"><c>view_not_found</c>, <c>view_cycle</c>, <c>view_too_large</c>, <c>idempotency_key_reused</c>.</exception>
    ValueTask<ViewStats> RefreshOnceAsync(OperationStamp operation, string actor, CancellationToken cancellationToken);

    /// <summary>How far it is, as it stands.</summary>
    ValueTask<ViewStats> GetStatsAsync(CancellationToken cancellationToken);

    /// <summary>Keys by the value of a field; takes in first what of the namespace is new. O(changes + log documents + keys).</summary>
    /// <exception cref="Errors.TemporalException"><c>as_of_in_future</c>.</exception>
    ValueTask<ViewLookupPage> FindAsync(ViewLookup lookup, CancellationToken cancellationToken);
}
