using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Runs;

namespace OrleansTemporal.Lineage;

/// <summary>References of memory and runs in one order, each with its newest entry up to a moment.</summary>
internal sealed class ReferenceScan
{
    private readonly List<Head> heads = [];
    private readonly MergedRunCursor? cursor;
    private readonly ReadOnlyMemory<byte> prefix;
    private readonly HybridTimestamp time;
    private bool hasRuns;

    private ReferenceScan(MergedRunCursor? cursor, ReadOnlyMemory<byte> prefix, HybridTimestamp time)
    {
        this.cursor = cursor;
        this.prefix = prefix;
        this.time = time;
    }

    /// <summary>Key of the reference that the scan stands at.</summary>
    public byte[] Current { get; private set; } = [];

    /// <summary>Its newest entry up to the moment; null when it came later.</summary>
    public RunEntry? Entry { get; private set; }

    /// <summary>Stands before the first reference behind <paramref name="after"/>, or, when that is empty, the first one.</summary>
    public static async ValueTask<ReferenceScan> OpenAsync(
        LineageIndex[] newestFirst, RunSet runs, ReadOnlyMemory<byte> prefix, ReadOnlyMemory<byte> after, HybridTimestamp time, CancellationToken cancellationToken)
    {
        var start = after.IsEmpty ? prefix.ToArray() : after.ToArray();
        var scan = new ReferenceScan(runs.Runs.Count == 0 ? null : runs.OpenCursor(prefix), prefix, time);
        foreach (var index in newestFirst)
        {
            scan.heads.Add(new Head(index, start, isExclusive: !after.IsEmpty));
        }

        if (scan.cursor is { } cursor)
        {
            scan.hasRuns = await cursor.SeekAsync(start, RunBound.Latest, cancellationToken).ConfigureAwait(false);
            if (scan.hasRuns && !after.IsEmpty && cursor.Key.SequenceEqual(start))
            {
                scan.hasRuns = await cursor.MoveToNextKeyAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        return scan;
    }

    /// <summary>Moves to the next reference; false behind the last.</summary>
    public async ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        byte[]? lowest = hasRuns ? cursor!.KeyMemory.ToArray() : null;
        foreach (var head in heads)
        {
            if (head.Current is { } key && key.AsSpan().StartsWith(prefix.Span) && (lowest is null || ByteOrder.Instance.Compare(key, lowest) < 0))
            {
                lowest = key;
            }
        }

        if (lowest is null)
        {
            return false;
        }

        (Current, Entry) = (lowest, null);
        foreach (var head in heads)
        {
            if (head.TryPass(lowest, time) is { } entry)
            {
                Entry ??= entry;
            }
        }

        if (hasRuns && cursor!.Key.SequenceEqual(lowest))
        {
            await PassRunsAsync(cursor, lowest, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    private async ValueTask PassRunsAsync(MergedRunCursor runs, byte[] key, CancellationToken cancellationToken)
    {
        while (hasRuns && Entry is null && runs.Key.SequenceEqual(key))
        {
            if (runs.Current.SystemTime <= time)
            {
                Entry = runs.Current;
            }
            else
            {
                hasRuns = await runs.MoveNextAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        if (hasRuns && runs.Key.SequenceEqual(key))
        {
            hasRuns = await runs.MoveToNextKeyAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private sealed class Head
    {
        private readonly LineageIndex index;
        private readonly byte[][] keys;
        private int position;

        public Head(LineageIndex index, byte[] start, bool isExclusive)
        {
            this.index = index;
            keys = index.SortedReferences();
            var found = Array.BinarySearch(keys, start, ByteOrder.Instance);
            position = found >= 0 ? found + (isExclusive ? 1 : 0) : ~found;
        }

        public byte[]? Current => position < keys.Length ? keys[position] : null;

        public RunEntry? TryPass(byte[] key, HybridTimestamp time)
        {
            if (Current is not { } current || !current.AsSpan().SequenceEqual(key))
            {
                return null;
            }

            position++;
            return index.NewestReference(current, time);
        }
    }
}
