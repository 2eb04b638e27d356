using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Compression;
using OrleansTemporal.Storage.Formats;

namespace OrleansTemporal.Storage.Segments;

/// <content>Loading blocks and putting records together.</content>
public sealed partial class SegmentReader
{
    /// <summary>Verifies a block's stored bytes and unpacks them.</summary>
    internal byte[] Unpack(ReadOnlySpan<byte> stored, in SegmentBlock block) => Unpack(stored, block.Offset, block.Packed, block.RecordCount);

    private byte[] Unpack(ReadOnlySpan<byte> stored, long offsetInSegment, in PackedBlock packed, int recordCount)
    {
        var offset = Segment.Offset + offsetInSegment;
        var unpacked = BlockLoader.Unpack(stored, packed, Segment.ObjectPath, offset);
        BlockDirectory.Check(unpacked, recordCount, Segment.ObjectPath, offset);
        return unpacked;
    }

    internal void VerifyChecksum(ReadOnlySpan<byte> stored, in SegmentBlock block) =>
        BlockLoader.Verify(stored, block.Packed, Segment.ObjectPath, Segment.Offset + block.Offset);

    /// <summary>A stream over the blocks' stored bytes that leaves the cache alone.</summary>
    internal BlockStream OpenStream() => new(store, Segment.ObjectPath, Segment.Offset + places.Facet.Offset);

    private ValueTask<byte[]> BlockAsync(int index, CancellationToken cancellationToken) =>
        cache.GetAsync(KeyOf(places[index]), (Reader: this, Index: index), static (load, token) => load.Reader.LoadAsync(load.Index, token), cancellationToken);

    private async ValueTask<byte[]> LoadAsync(int index, CancellationToken cancellationToken)
    {
        var block = places[index];
        var offset = Segment.Offset + block.Offset;
        var unpacked = await BlockLoader.LoadAsync(store, Segment.ObjectPath, offset, block.Packed, cancellationToken).ConfigureAwait(false);
        BlockDirectory.Check(unpacked, block.RecordCount, Segment.ObjectPath, offset);
        return unpacked;
    }

    private async ValueTask<ReadOnlyMemory<byte>> ReadRecordSlowlyAsync(int index, long sequence, CancellationToken cancellationToken)
    {
        var unpacked = await BlockAsync(index, cancellationToken).ConfigureAwait(false);
        var stored = StoredOf(unpacked, places[index], sequence);
        return stored.Span[0] == 0 ? stored[1..] : await ResolveAsync(stored, sequence, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Puts a record together whose repeated values stand in earlier records.</summary>
    private async ValueTask<ReadOnlyMemory<byte>> ResolveAsync(ReadOnlyMemory<byte> stored, long sequence, CancellationToken cancellationToken)
    {
        var references = StoredRecord.ReadReferences(stored.Span, sequence, Segment.ObjectPath, Segment.Offset, out var literalOffset);
        var literal = stored[literalOffset..];
        var length = (long)literal.Length;
        foreach (var reference in references)
        {
            length += reference.Length;
        }

        if (length > Limits.DeltaBytesMax)
        {
            throw Bad(sequence, "is larger than a record may be");
        }

        var record = new byte[length];
        var source = default(PartSource);
        int at = 0, taken = 0;
        foreach (var reference in references)
        {
            var between = reference.Offset - at;
            if (between > literal.Length - taken)
            {
                throw Bad(sequence, "has a reference beyond its end");
            }

            literal.Slice(taken, between).CopyTo(record.AsMemory(at));
            taken += between;
            if (source.Sequence != sequence - reference.Distance)
            {
                source = await SourceAsync(sequence - reference.Distance, sequence, cancellationToken).ConfigureAwait(false);
            }

            PartOf(source, reference, sequence).CopyTo(record.AsMemory(reference.Offset));
            at = reference.Offset + reference.Length;
        }

        literal[taken..].CopyTo(record.AsMemory(at));
        return record;
    }

    // References of a batch mostly lead to few other records, one after the other.
    private async ValueTask<PartSource> SourceAsync(long source, long sequence, CancellationToken cancellationToken)
    {
        if (!Segment.Contains(source))
        {
            throw Bad(sequence, "refers to a record outside of the segment");
        }

        var index = places.BlockOf(source);
        var unpacked = await BlockAsync(index, cancellationToken).ConfigureAwait(false);
        var stored = StoredOf(unpacked, places[index], source);
        var references = StoredRecord.ReadReferences(stored.Span, source, Segment.ObjectPath, Segment.Offset, out var literalOffset);
        return new PartSource(source, references, stored[literalOffset..]);
    }

    private ReadOnlyMemory<byte> PartOf(in PartSource source, in BackReference reference, long sequence)
    {
        var start = StoredRecord.LiteralOffsetOf(source.References, reference.SourceOffset, reference.Length);
        return start >= 0 && start <= source.Literal.Length - reference.Length
            ? source.Literal.Slice(start, reference.Length)
            : throw Bad(sequence, "refers to bytes that are not there");
    }

    private Errors.TemporalException Bad(long sequence, string what) =>
        StoredBytes.Corrupt(Segment.ObjectPath, Segment.Offset + places[places.BlockOf(sequence)].Offset, $"record {sequence} {what}");

    private readonly record struct PartSource(long Sequence, BackReference[] References, ReadOnlyMemory<byte> Literal);
}
