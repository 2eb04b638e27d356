using System.Buffers.Binary;
using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Compression;
using OrleansTemporal.Storage.Formats;

namespace OrleansTemporal.Storage.Segments;

/// <content>Blocks and the end of the section.</content>
public sealed partial class SegmentWriter
{
    /// <summary>Writes what is left, the facet's bytes, the operations and the footer. The object is still to be committed.</summary>
    /// <param name="facet">Opaque bytes of the facet, read back by <see cref="SegmentReader.ReadFacetAsync"/>.</param>
    /// <param name="zone">Opaque bytes of the facet that the manifest keeps; at most <see cref="SegmentRef.ZoneBytesMax"/>.</param>
    /// <param name="cancellationToken">Stops the writing; the object is then good for nothing.</param>
    /// <returns>The reference for the manifest.</returns>
    /// <exception cref="Errors.TemporalException">Internal, <c>invariant_broken</c>, when there is no record.</exception>
    public async ValueTask<SegmentRef> FinishAsync(
        ReadOnlyMemory<byte> facet, ReadOnlyMemory<byte> zone, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(isFinished, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(zone.Length, SegmentRef.ZoneBytesMax);
        if (nextSequence == 0)
        {
            throw Broken("it has no record");
        }

        await FlushAsync(cancellationToken).ConfigureAwait(false);
        var facetPart = await WritePartAsync(facet, cancellationToken).ConfigureAwait(false);
        var operationsPart = await WritePartAsync(operations.Encode(), cancellationToken).ConfigureAwait(false);
        var footer = new FormatWriter(512 + (blocks.Count * 96));
        new SegmentFooter
        {
            Agent = agent,
            FirstSequence = firstSequence,
            LastSequence = nextSequence - 1,
            RootBefore = rootBefore,
            RootAfter = root,
            EpochMin = epochMin,
            EpochMax = epochMax,
            MinTime = minTime,
            MaxTime = maxTime,
            RawBytes = rawBytes,
            Facet = facetPart,
            Operations = operationsPart,
            OperationCount = operations.Count,
            Blocks = [.. blocks],
        }.Write(footer);
        await writer.WriteAsync(footer.Written, cancellationToken).ConfigureAwait(false);
        var length = writer.Length - sectionOffset + Section.TrailerBytes;
        await writer.WriteAsync(Section.Trailer(FormatMagic.Segment, footer.WrittenSpan, length), cancellationToken).ConfigureAwait(false);
        isFinished = true;
        return new SegmentRef
        {
            ObjectPath = objectPath,
            Offset = sectionOffset,
            Length = length,
            Agent = agent,
            FirstSequence = firstSequence,
            LastSequence = nextSequence - 1,
            RootBefore = rootBefore,
            RootAfter = root,
            MinTime = minTime,
            MaxTime = maxTime,
            RawBytes = rawBytes,
            OperationCount = operations.Count,
            Zone = zone.ToArray(),
        };
    }

    // Whether a record begins another block.
    private bool IsFull(int recordBytes) => draft.RecordCount > 0 && draft.Raw.Length + recordBytes > options.BlockBytes;

    // Begins another block. True when as many wait as are packed at a time.
    private bool CloseBlock()
    {
        draft.Close(nextSequence, blockRoot, blockFirstTime, maxTime);
        if (++closed == BlocksAtATime)
        {
            return true;
        }

        if (drafts.Count == closed)
        {
            drafts.Add(new DraftBlock(options));
        }

        draft = drafts[closed];
        return false;
    }

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (draft.RecordCount > 0)
        {
            CloseBlock();
        }

        await DrainAsync(cancellationToken).ConfigureAwait(false);
    }

    // Packs and writes what is closed.
    private async ValueTask DrainAsync(CancellationToken cancellationToken)
    {
        if (scheduler is null || options.Codec == BlockCodec.Raw)
        {
            for (var i = 0; i < closed; i++)
            {
                drafts[i].Pack();
            }
        }
        else
        {
            await scheduler.ForAsync(closed, i => drafts[i].Pack(), cancellationToken).ConfigureAwait(false);
        }

        for (var i = 0; i < closed; i++)
        {
            var (row, stored) = drafts[i].Packed;
            await WriteBlockAsync(stored, row, cancellationToken).ConfigureAwait(false);
            drafts[i].Clear();
        }

        (closed, draft) = (0, drafts[0]);
    }

    private async ValueTask WriteBlockAsync(ReadOnlyMemory<byte> stored, SegmentBlock block, CancellationToken cancellationToken)
    {
        await WriteHeaderAsync(cancellationToken).ConfigureAwait(false);
        blocks.Add(block with { Offset = writer.Length - sectionOffset });
        await writer.WriteAsync(stored, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask WriteHeaderAsync(CancellationToken cancellationToken)
    {
        if (writer.Length == sectionOffset)
        {
            await writer.WriteAsync(Section.Header(FormatMagic.Segment, agent.Digest), cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<StoredPart> WritePartAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, StoredPart.LengthMax);
        var part = new StoredPart(writer.Length - sectionOffset, bytes.Length, Crc32C.Compute(bytes.Span));
        await writer.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        return part;
    }
}
