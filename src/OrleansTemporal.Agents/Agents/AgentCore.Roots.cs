using OrleansTemporal.Causality;

namespace OrleansTemporal.Agents;

public abstract partial class AgentCore
{
    private readonly RootMarks marks = new();

    /// <summary>As <see cref="ReadDeltasAsync"/>, with the root before the first of them.</summary>
    public async ValueTask<DeltaPage> ReadRootedDeltasAsync(long afterSequence, int countMax, CancellationToken cancellationToken)
    {
        var page = await ReadDeltasAsync(afterSequence, countMax, cancellationToken).ConfigureAwait(false);
        if (page.Records.IsEmpty)
        {
            return page;
        }

        var before = await RootAfterAsync(afterSequence, cancellationToken).ConfigureAwait(false);
        marks.Set(afterSequence + page.Records.Length, Fold(before, page.Records));
        return page with { RootBefore = before };
    }

    /// <summary>The root after a durable delta.</summary>
    private async ValueTask<Distinction> RootAfterAsync(long at, CancellationToken cancellationToken)
    {
        var position = marks.NearestBefore(at, KnownRootBefore(at));
        while (position.Sequence < at)
        {
            var page = await ReadPageAsync(position.Sequence, cancellationToken).ConfigureAwait(false);
            if (page.Count == 0)
            {
                throw Corrupt($"delta {position.Sequence + 1} is not in the log");
            }

            var count = (int)Math.Min(page.Count, at - position.Sequence);
            position = (position.Sequence + count, Fold(position.Root, page.Take(count)));
        }

        return position.Root;
    }

    // Segments say what the root is before and after them.
    private (long Sequence, Distinction Root) KnownRootBefore(long at)
    {
        if (Manifest is not { } seen)
        {
            return (0, GenesisRoot.Of(Id));
        }

        return seen.SegmentOf(at) is not { } segment ? at >= seen.SealedThrough ? (seen.SealedThrough, seen.Root) : (0, GenesisRoot.Of(Id))
            : at == segment.LastSequence ? (at, segment.RootAfter)
            : (segment.FirstSequence - 1, segment.RootBefore);
    }

    private static Distinction Fold(Distinction root, IEnumerable<ReadOnlyMemory<byte>> records)
    {
        foreach (var record in records)
        {
            root = RootChain.Advance(root, DeltaRecord.Read(record));
        }

        return root;
    }
}
