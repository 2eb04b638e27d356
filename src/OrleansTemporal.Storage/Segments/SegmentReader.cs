using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Caching;
using OrleansTemporal.Storage.Compression;
using OrleansTemporal.Storage.Formats;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Segments;

/// <summary>
/// Reads one segment. Its index is held in memory, its blocks in the shared cache. Memory that is handed out is a part
/// of a cached block and must not be written to. Thread-safe; obtained from a <see cref="SegmentCatalog"/>.
/// </summary>
public sealed partial class SegmentReader
{
    private const int FixedBytes = 512;
    private readonly IObjectStore store;
    private readonly BlockCache cache;
    private readonly SegmentPlaces places;
    private readonly long objectId;

    private SegmentReader(IObjectStore store, BlockCache cache, SegmentRef segment, SegmentPlaces places)
    {
        this.store = store;
        this.cache = cache;
        this.places = places;
        Segment = segment;
        objectId = cache.IdOf(segment.ObjectPath);
    }

    /// <summary>Which segment this is.</summary>
    public SegmentRef Segment { get; }

    /// <summary>Bytes of memory that the index takes.</summary>
    public long IndexBytes => FixedBytes + places.Bytes;

    /// <summary>Reads and verifies the index.</summary>
    /// <exception cref="TemporalException">Corrupt; NotFound, <c>object_not_found</c>.</exception>
    internal static async ValueTask<SegmentReader> OpenAsync(
        IObjectStore store, BlockCache cache, SegmentRef segment, CancellationToken cancellationToken)
    {
        var footer = await ReadFooterAsync(store, segment, cancellationToken).ConfigureAwait(false);
        return new(store, cache, segment, new SegmentPlaces(footer));
    }

    /// <summary>The whole footer, read from the storage: for merging and verifying.</summary>
    /// <exception cref="TemporalException">Corrupt; NotFound, <c>object_not_found</c>.</exception>
    internal ValueTask<SegmentFooter> ReadFooterAsync(CancellationToken cancellationToken) => ReadFooterAsync(store, Segment, cancellationToken);

    /// <summary>One record. Completes at once when its block is cached.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The sequence lies outside of the segment.</exception>
    /// <exception cref="TemporalException">Corrupt when the bytes don't verify.</exception>
    public ValueTask<ReadOnlyMemory<byte>> ReadRecordAsync(long sequence, CancellationToken cancellationToken)
    {
        if (!Segment.Contains(sequence))
        {
            throw new ArgumentOutOfRangeException(nameof(sequence), sequence, "The segment does not hold this sequence.");
        }

        var index = places.BlockOf(sequence);
        var block = places[index];
        if (cache.TryGet(KeyOf(block), out var unpacked))
        {
            var stored = StoredOf(unpacked, block, sequence);
            if (stored.Span[0] == 0)
            {
                return new(stored[1..]);
            }
        }

        return ReadRecordSlowlyAsync(index, sequence, cancellationToken);
    }

    /// <summary>Records after a sequence, in order: at least one when there is one, and at most about <paramref name="bytesMax"/> bytes.</summary>
    /// <exception cref="TemporalException">Corrupt when the bytes don't verify.</exception>
    public async ValueTask<LogPage> ReadRangeAsync(long afterSequence, int bytesMax, CancellationToken cancellationToken)
    {
        var records = new List<ReadOnlyMemory<byte>>();
        var sequence = Math.Max(afterSequence, Segment.FirstSequence - 1) + 1;
        var bytes = 0L;
        var warm = 0;
        while (sequence <= Segment.LastSequence && (records.Count == 0 || bytes < bytesMax))
        {
            if (places.BlockOf(sequence) is var index && index >= warm)
            {
                warm = await WarmFromAsync(index, bytesMax - bytes, cancellationToken).ConfigureAwait(false);
            }

            var record = await ReadRecordAsync(sequence, cancellationToken).ConfigureAwait(false);
            if (records.Count > 0 && bytes + record.Length > bytesMax)
            {
                break;
            }

            records.Add(record);
            bytes += record.Length;
            sequence++;
        }

        return new(records, sequence <= Segment.LastSequence);
    }

    /// <summary>The operations that the segment remembers, oldest first.</summary>
    /// <exception cref="TemporalException">Corrupt when the bytes don't verify.</exception>
    public async ValueTask<IReadOnlyList<SegmentOperation>> ReadOperationsAsync(CancellationToken cancellationToken)
    {
        var part = places.Operations;
        var bytes = await part.ReadAsync(store, Segment.ObjectPath, Segment.Offset, "the operations", cancellationToken).ConfigureAwait(false);
        return OperationList.Decode(bytes, Segment.OperationCount, Segment, Segment.Offset + part.Offset);
    }

    /// <summary>The facet's bytes as they were given to <see cref="SegmentWriter.FinishAsync"/>.</summary>
    /// <exception cref="TemporalException">Corrupt when the bytes don't verify.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadFacetAsync(CancellationToken cancellationToken) =>
        await places.Facet.ReadAsync(store, Segment.ObjectPath, Segment.Offset, "the facet's bytes", cancellationToken).ConfigureAwait(false);

    /// <summary>Length of the facet's bytes.</summary>
    public int FacetLength => places.Facet.Length;

    /// <summary>
    /// Some of the facet's bytes, verified by a checksum that the facet knows and kept in the shared cache. Completes at once
    /// when they are there.
    /// </summary>
    /// <param name="offset">Where they begin in the facet's bytes.</param>
    /// <param name="length">How many.</param>
    /// <param name="checksum">CRC-32C of them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="TemporalException">Corrupt when the bytes don't verify.</exception>
    public ValueTask<byte[]> ReadFacetPartAsync(int offset, int length, uint checksum, CancellationToken cancellationToken) => cache.GetAsync(
        new BlockKey(objectId, Segment.Offset + places.Facet.Offset + offset),
        (Reader: this, Part: new StoredPart(places.Facet.Offset + offset, length, checksum)),
        static (load, token) => load.Part.ReadAsync(load.Reader.store, load.Reader.Segment.ObjectPath, load.Reader.Segment.Offset, "some of the facet's bytes", token),
        cancellationToken);

    /// <summary>Some of the facet's bytes, as they are stored: the caller verifies them.</summary>
    /// <param name="offset">Where they begin in the facet's bytes.</param>
    /// <param name="length">How many.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public async ValueTask<byte[]> ReadFacetBytesAsync(int offset, int length, CancellationToken cancellationToken)
    {
        var bytes = new byte[length];
        await Section.ReadAsync(store, Segment.ObjectPath, Segment.Offset + places.Facet.Offset + offset, bytes, cancellationToken).ConfigureAwait(false);
        return bytes;
    }

    private static async ValueTask<SegmentFooter> ReadFooterAsync(IObjectStore store, SegmentRef segment, CancellationToken cancellationToken)
    {
        var footer = await Section.ReadFooterAsync(
            store, FormatMagic.Segment, segment.ObjectPath, segment.Offset, segment.Length, cancellationToken).ConfigureAwait(false);
        return SegmentFooter.Read(footer, segment);
    }

    private BlockKey KeyOf(in SegmentPlace block) => new(objectId, Segment.Offset + block.Offset);

    private static ReadOnlyMemory<byte> StoredOf(byte[] unpacked, in SegmentPlace block, long sequence) =>
        unpacked.AsMemory(BlockDirectory.RangeOf(unpacked, block.RecordCount, (int)(sequence - block.FirstSequence)));
}
