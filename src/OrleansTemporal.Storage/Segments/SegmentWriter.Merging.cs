using OrleansTemporal.Causality;

namespace OrleansTemporal.Storage.Segments;

/// <content>Taking over what other segments hold without decoding records.</content>
public sealed partial class SegmentWriter
{
    /// <summary>Whether a block is large enough to be copied as it is.</summary>
    internal bool IsWorthCopying(SegmentBlock block) => !options.Repacks && block.RawLength >= options.BlockBytes / 2;

    /// <summary>Begins to take over a segment: it must follow what was written, by sequence, time and root.</summary>
    internal void Adopt(SegmentFooter source)
    {
        if (source.Agent != agent || (nextSequence != 0 && source.FirstSequence != nextSequence))
        {
            throw Broken($"a segment of {source.Agent} from {source.FirstSequence} does not follow {nextSequence - 1}");
        }

        if (source.RootBefore != root)
        {
            throw Broken($"the root before delta {source.FirstSequence} does not follow");
        }

        if (nextSequence == 0)
        {
            firstSequence = nextSequence = source.FirstSequence;
            minTime = source.MinTime;
        }
        else if (source.MinTime <= maxTime)
        {
            throw Broken($"delta {source.FirstSequence} is not later than the one before it");
        }

        epochMin = Math.Min(epochMin, source.EpochMin);
        epochMax = Math.Max(epochMax, source.EpochMax);
        rawBytes += source.RawBytes;
    }

    /// <summary>Copies a stored block whose checksum was verified.</summary>
    internal async ValueTask CopyBlockAsync(ReadOnlyMemory<byte> stored, SegmentBlock block, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        await WriteBlockAsync(stored, block, cancellationToken).ConfigureAwait(false);
        nextSequence = block.LastSequence + 1;
        maxTime = block.LastTime;
    }

    /// <summary>Packs the records of a small block together with those of its neighbours. Back references count in sequences, so they hold.</summary>
    internal async ValueTask MoveRecordsAsync(byte[] unpacked, SegmentBlock block, CancellationToken cancellationToken)
    {
        if (IsFull(unpacked.Length) && CloseBlock())
        {
            await DrainAsync(cancellationToken).ConfigureAwait(false);
        }

        if (draft.RecordCount == 0)
        {
            blockRoot = block.RootBefore;
            blockFirstTime = block.FirstTime;
        }

        for (var i = 0; i < block.RecordCount; i++)
        {
            draft.Copy(unpacked.AsSpan(BlockDirectory.RangeOf(unpacked, block.RecordCount, i)), block.FirstSequence + i, objectPath);
        }

        nextSequence = block.LastSequence + 1;
        maxTime = block.LastTime;
    }

    /// <summary>Ends the taking over of a segment.</summary>
    internal void Adopted(SegmentFooter source, IReadOnlyList<SegmentOperation> remembered)
    {
        root = source.RootAfter;
        operations.Add(remembered);
    }
}
