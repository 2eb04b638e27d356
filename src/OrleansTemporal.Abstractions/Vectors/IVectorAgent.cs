using OrleansTemporal.Agents;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Vectors;

/// <summary>The vector agent: the vectors of one collection by id, every version kept, and their nearest neighbours at any moment.</summary>
public interface IVectorAgent : IAgent
{
    /// <summary>Applies all operations as one delta, or none.</summary>
    /// <exception cref="Errors.TemporalException">
    /// <c>invalid_vector</c>, <c>invalid_key</c>, <c>malformed_json</c>, <c>value_too_large</c>, <c>batch_too_large</c>,
    /// <c>key_not_found</c>, <c>cause_not_found</c>, <c>collection_not_found</c>, <c>collection_full</c>, <c>idempotency_key_reused</c>,
    /// <c>precondition_failed</c>, <c>journal_full</c>, <c>storage_failed</c>.
    /// </exception>
    ValueTask<VectorWriteResult> WriteAsync(VectorWrite write, CancellationToken cancellationToken);

    /// <summary>
    /// Tries a write out and writes nothing: refuses what <see cref="WriteAsync"/> would refuse now, for what there is and for its
    /// idempotency key. Vectors and metadata are not looked at and need not be sent.
    /// </summary>
    /// <returns>True when the write is there already and would be recognised.</returns>
    /// <exception cref="Errors.TemporalException"><c>key_not_found</c>, <c>collection_not_found</c>, <c>collection_full</c>, <c>idempotency_key_reused</c>.</exception>
    ValueTask<bool> TryOutAsync(VectorWrite write, CancellationToken cancellationToken);

    /// <summary>Reads one vector, now or as of a moment. From memory.</summary>
    /// <param name="collection">The sequence of the collection's entry in the catalog.</param>
    /// <param name="id">Which one.</param>
    /// <param name="asOf">The moment.</param>
    /// <param name="cancellationToken">Stops the wait for a moment to be closed.</param>
    ValueTask<VectorReadResult> GetAsync(long collection, string id, AsOf asOf, CancellationToken cancellationToken);

    /// <summary>
    /// The vectors that are there at a moment, in the order of their writes. From memory. Cost: at most
    /// <see cref="Limits.KeysScannedPerPageMax"/> versions are looked at, and a page ends at <see cref="Limits.VectorPageBytesMax"/> bytes.
    /// </summary>
    /// <param name="collection">The sequence of the collection's entry in the catalog.</param>
    /// <param name="from">0, or <see cref="VectorPage.Next"/> of the page before, with the same moment.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="asOf">The moment.</param>
    /// <param name="cancellationToken">Stops the wait for a moment to be closed.</param>
    /// <exception cref="Errors.TemporalException"><c>as_of_in_future</c>.</exception>
    ValueTask<VectorPage> ListAsync(long collection, int from, int limit, AsOf asOf, CancellationToken cancellationToken);

    /// <summary>The nearest vectors, now or as of a moment.</summary>
    /// <exception cref="Errors.TemporalException"><c>invalid_vector</c>, <c>invalid_field</c>, <c>malformed_json</c>, <c>query_too_large</c>, <c>as_of_in_future</c>, <c>key_not_found</c>.</exception>
    ValueTask<VectorAnswer> SearchAsync(VectorQuery query, CancellationToken cancellationToken);

    /// <summary>The causal history of one vector, now or as of a moment; from memory. Cost: at most <see cref="Limits.VectorHistoryMax"/> look-ups.</summary>
    /// <exception cref="Errors.TemporalException"><c>as_of_in_future</c>.</exception>
    ValueTask<VectorAncestry> GetAncestryAsync(long collection, string id, AsOf asOf, CancellationToken cancellationToken);

    /// <summary>Counts, as of now; O(1).</summary>
    ValueTask<VectorStats> GetStatsAsync(long collection, CancellationToken cancellationToken);
}
