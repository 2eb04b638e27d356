using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Formats;

namespace OrleansTemporal.Storage.Segments;

/// <content>Verification.</content>
public sealed partial class SegmentReader
{
    /// <inheritdoc cref="VerifyAsync(Distinction, Action{DeltaRecord}, CancellationToken)"/>
    public ValueTask<Distinction> VerifyAsync(Distinction rootBefore, CancellationToken cancellationToken) => VerifyAsync(rootBefore, null, cancellationToken);

    /// <summary>
    /// Reads everything from the storage, past the cache: checksums, sequences, system times, payload commitments and the
    /// chain of roots from <paramref name="rootBefore"/> on.
    /// </summary>
    /// <param name="rootBefore">The local root before the first record.</param>
    /// <param name="visit">Called with every record, in order; null when nobody wants to see them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The local root after the last record.</returns>
    /// <exception cref="TemporalException">Corrupt at the first thing that does not verify.</exception>
    public async ValueTask<Distinction> VerifyAsync(Distinction rootBefore, Action<DeltaRecord>? visit, CancellationToken cancellationToken)
    {
        var footer = await ReadFooterAsync(cancellationToken).ConfigureAwait(false);
        if (rootBefore != footer.RootBefore)
        {
            throw StoredBytes.Corrupt(Segment.ObjectPath, Segment.Offset, "the segment does not follow the root before it");
        }

        var position = new ChainPosition(footer.FirstSequence - 1, HybridTimestamp.Zero, rootBefore);
        var stream = OpenStream();
        foreach (var block in footer.Blocks)
        {
            if (position.Root != block.RootBefore)
            {
                throw StoredBytes.Corrupt(Segment.ObjectPath, Segment.Offset + block.Offset, "the roots of a block don't chain");
            }

            var stored = await stream.ReadAsync(Segment.Offset + block.Offset, block.StoredLength, cancellationToken).ConfigureAwait(false);
            position = await VerifyBlockAsync(Unpack(stored.Span, block), block, position, visit, cancellationToken).ConfigureAwait(false);
        }

        if (position.Root != footer.RootAfter || position.SystemTime != footer.MaxTime)
        {
            throw StoredBytes.Corrupt(Segment.ObjectPath, Segment.Offset, "the roots don't lead to the last one");
        }

        await ReadFacetAsync(cancellationToken).ConfigureAwait(false);
        await ReadOperationsAsync(cancellationToken).ConfigureAwait(false);
        return position.Root;
    }

    private async ValueTask<ChainPosition> VerifyBlockAsync(
        byte[] unpacked, SegmentBlock block, ChainPosition position, Action<DeltaRecord>? visit, CancellationToken cancellationToken)
    {
        for (var sequence = block.FirstSequence; sequence <= block.LastSequence; sequence++)
        {
            ReadOnlyMemory<byte> stored = unpacked.AsMemory(BlockDirectory.RangeOf(unpacked, block.RecordCount, (int)(sequence - block.FirstSequence)));
            var record = stored.Span[0] == 0 ? stored[1..] : await ResolveAsync(stored, sequence, cancellationToken).ConfigureAwait(false);
            if (!DeltaRecord.TryRead(record, out var delta, out var length) || length != record.Length || delta.Agent != Segment.Agent)
            {
                throw Bad(sequence, "is no delta of the agent");
            }

            position = RootChain.Advance(position, delta);
            visit?.Invoke(delta);
            if (sequence == block.FirstSequence && position.SystemTime != block.FirstTime)
            {
                throw Bad(sequence, "has another system time than the index says");
            }
        }

        return position.SystemTime == block.LastTime
            ? position
            : throw Bad(block.LastSequence, "has another system time than the index says");
    }
}
