using OrleansTemporal.Storage.Formats;

namespace OrleansTemporal.Storage.Segments;

/// <content>Reading blocks before records are asked for.</content>
public sealed partial class SegmentReader
{
    // One read of neighbours: so large that the way to a distant store counts for little, so small that eight fit anywhere.
    private const int SpanBytesMax = 1 << 20;
    private const int SpansAtOnce = 8;

    /// <summary>
    /// Brings the blocks that hold these records into the cache: neighbours with one read of the storage, up to eight
    /// reads side by side. Blocks beyond an eighth of the cache are left to be read when they are asked for.
    /// </summary>
    /// <param name="sequences">Sequences of the segment, in any order.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ArgumentOutOfRangeException">A sequence lies outside of the segment.</exception>
    /// <exception cref="Errors.TemporalException">Corrupt when the bytes don't verify; NotFound, <c>object_not_found</c>.</exception>
    public ValueTask WarmAsync(IReadOnlyCollection<long> sequences, CancellationToken cancellationToken)
    {
        var indexes = new SortedSet<int>();
        foreach (var sequence in sequences)
        {
            if (!Segment.Contains(sequence))
            {
                throw new ArgumentOutOfRangeException(nameof(sequences), sequence, "The segment does not hold this sequence.");
            }

            indexes.Add(places.BlockOf(sequence));
        }

        return WarmAsync(Missing(indexes), cancellationToken);
    }

    // Blocks from one on, as many as hold so many bytes of records and as the cache may give. Answers the block behind them.
    private async ValueTask<int> WarmFromAsync(int first, long bytesMax, CancellationToken cancellationToken)
    {
        var end = first + 1;
        for (var bytes = (long)places[first].Packed.RawLength; end < places.Count && bytes < Math.Min(bytesMax, cache.AheadBytesMax); end++)
        {
            bytes += places[end].Packed.RawLength;
        }

        await WarmAsync(Missing(Enumerable.Range(first, end - first)), cancellationToken).ConfigureAwait(false);
        return end;
    }

    private List<int> Missing(IEnumerable<int> indexes)
    {
        var missing = new List<int>();
        var bytes = 0L;
        foreach (var index in indexes)
        {
            var block = places[index];
            if (cache.TryGet(KeyOf(block), out _))
            {
                continue;
            }

            bytes += block.Packed.RawLength;
            if (bytes > cache.AheadBytesMax)
            {
                break;
            }

            missing.Add(index);
        }

        return missing;
    }

    private async ValueTask WarmAsync(List<int> missing, CancellationToken cancellationToken)
    {
        // One block is read as well when it is asked for.
        if (missing.Count < 2)
        {
            return;
        }

        var reads = new List<Task>(SpansAtOnce);
        for (var i = 0; i < missing.Count;)
        {
            var first = missing[i];
            var end = first + 1;
            var bytes = (long)places[first].Packed.StoredLength;
            for (i++; i < missing.Count && missing[i] == end && (bytes += places[end].Packed.StoredLength) <= SpanBytesMax; i++)
            {
                end++;
            }

            reads.Add(LoadSpanAsync(first, end, cancellationToken));
            if (reads.Count == SpansAtOnce || i == missing.Count)
            {
                await Task.WhenAll(reads).ConfigureAwait(false);
                reads.Clear();
            }
        }
    }

    private async Task LoadSpanAsync(int first, int end, CancellationToken cancellationToken)
    {
        if (end == first + 1)
        {
            // Shared with whoever asks for it meanwhile.
            await BlockAsync(first, cancellationToken).ConfigureAwait(false);
            return;
        }

        var begin = places[first].Offset;
        var last = places[end - 1];
        var stored = new byte[last.Offset + last.Packed.StoredLength - begin];
        await Section.ReadAsync(store, Segment.ObjectPath, Segment.Offset + begin, stored, cancellationToken).ConfigureAwait(false);
        for (var index = first; index < end; index++)
        {
            var block = places[index];
            cache.Add(KeyOf(block), Unpack(stored.AsSpan((int)(block.Offset - begin), block.Packed.StoredLength), block.Offset, block.Packed, block.RecordCount));
        }
    }
}
