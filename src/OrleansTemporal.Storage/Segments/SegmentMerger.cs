using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Segments;

/// <summary>
/// Merges adjacent segments into one. Blocks that are large enough are copied as they are stored, after their checksum was
/// verified; the records of small ones are packed together. Records stay the same bit for bit, and so does the chain of roots.
/// </summary>
public static class SegmentMerger
{
    /// <summary>Writes the merged segment as a section of an object that is still to be committed.</summary>
    /// <param name="segments">Adjacent segments of one agent, oldest first.</param>
    /// <param name="writer">The object.</param>
    /// <param name="objectPath">Its path.</param>
    /// <param name="options">How re-packed blocks are written; the defaults when null.</param>
    /// <param name="facet">Joins the facet's bytes; null keeps those of the newest segment.</param>
    /// <param name="scheduler">Packs blocks side by side; null for one after the other.</param>
    /// <param name="cancellationToken">Stops the writing; the object is then good for nothing.</param>
    /// <returns>The reference for the manifest.</returns>
    /// <exception cref="TemporalException">Corrupt when a source does not verify; Internal, <c>invariant_broken</c>, when they do not chain.</exception>
    public static async ValueTask<SegmentRef> MergeAsync(
        IReadOnlyList<SegmentReader> segments,
        IObjectWriter writer,
        string objectPath,
        SegmentOptions? options,
        ISegmentFacet? facet,
        IWorkScheduler? scheduler,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(segments);
        ArgumentOutOfRangeException.ThrowIfZero(segments.Count, nameof(segments));
        var merged = new SegmentWriter(writer, objectPath, segments[0].Segment.Agent, segments[0].Segment.RootBefore, options, scheduler);
        var facets = new List<ReadOnlyMemory<byte>>(segments.Count);
        foreach (var segment in segments)
        {
            var footer = await segment.ReadFooterAsync(cancellationToken).ConfigureAwait(false);
            merged.Adopt(footer);
            await CopyAsync(segment, footer, merged, cancellationToken).ConfigureAwait(false);
            merged.Adopted(footer, await segment.ReadOperationsAsync(cancellationToken).ConfigureAwait(false));
            facets.Add(await segment.ReadFacetAsync(cancellationToken).ConfigureAwait(false));
        }

        var zones = segments.Select(static segment => segment.Segment.Zone).ToArray();
        return await merged.FinishAsync(
            facet?.MergeFacets(facets) ?? facets[^1],
            facet?.MergeZones(zones) ?? zones[^1],
            cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask CopyAsync(SegmentReader segment, SegmentFooter footer, SegmentWriter merged, CancellationToken cancellationToken)
    {
        var stream = segment.OpenStream();
        foreach (var block in footer.Blocks)
        {
            var stored = await stream.ReadAsync(segment.Segment.Offset + block.Offset, block.StoredLength, cancellationToken).ConfigureAwait(false);
            if (merged.IsWorthCopying(block))
            {
                segment.VerifyChecksum(stored.Span, block);
                await merged.CopyBlockAsync(stored, block, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await merged.MoveRecordsAsync(segment.Unpack(stored.Span, block), block, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
