using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Segments;

/// <summary>
/// Writes a segment anew with other payloads in its records: what an erasure takes is in no byte of the new one, neither in
/// a record nor as the source of a back reference, nor the salt of its operation. Headers, and so the chain of roots, stay.
/// </summary>
public static class SegmentRewriter
{
    private const int PageBytes = 4 << 20;

    /// <summary>Writes the segment as a section of an object that is still to be committed.</summary>
    /// <param name="segment">What is rewritten.</param>
    /// <param name="writer">The object.</param>
    /// <param name="objectPath">Its path.</param>
    /// <param name="options">How it is written; the defaults when null.</param>
    /// <param name="change">Gives the record that takes a record's place; its header is the same.</param>
    /// <param name="changeFacet">Gives what takes the place of what the segment holds beside its records; null to leave it.</param>
    /// <param name="scheduler">Packs blocks side by side; null for one after the other.</param>
    /// <param name="cancellationToken">Stops the writing; the object is then good for nothing.</param>
    /// <returns>The reference for the manifest.</returns>
    /// <exception cref="TemporalException">Corrupt when the source does not verify; Internal, <c>invariant_broken</c>, when the roots came out others.</exception>
    public static async ValueTask<SegmentRef> RewriteAsync(
        SegmentReader segment,
        IObjectWriter writer,
        string objectPath,
        SegmentOptions? options,
        Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> change,
        Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>? changeFacet,
        IWorkScheduler? scheduler,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(segment);
        ArgumentNullException.ThrowIfNull(change);
        var source = segment.Segment;
        var rewritten = new SegmentWriter(writer, objectPath, source.Agent, source.RootBefore, options, scheduler);
        for (var after = source.FirstSequence - 1; after < source.LastSequence;)
        {
            var page = await segment.ReadRangeAsync(after, PageBytes, cancellationToken).ConfigureAwait(false);
            foreach (var record in page.Records)
            {
                await rewritten.AppendAsync(change(record), cancellationToken).ConfigureAwait(false);
            }

            after += page.Records.Count;
        }

        var facet = await segment.ReadFacetAsync(cancellationToken).ConfigureAwait(false);
        facet = changeFacet?.Invoke(facet) ?? facet;
        return rewritten.Root == source.RootAfter
            ? await rewritten.FinishAsync(facet, source.Zone, cancellationToken).ConfigureAwait(false)
            : throw new TemporalException(ErrorKind.Internal, ErrorCodes.InvariantBroken, $"Rewriting '{source.ObjectPath}' would change its roots.");
    }
}
