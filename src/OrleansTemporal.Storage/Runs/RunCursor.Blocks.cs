namespace OrleansTemporal.Storage.Runs;

/// <content>Moving within and between blocks.</content>
public sealed partial class RunCursor
{
    private bool HasPrefix() => prefix.Length == 0 || Key.StartsWith(prefix.Span);

    /// <summary>Enters a block at an entry; −1 is its last one.</summary>
    private async ValueTask<bool> EnterAsync(int index, int entry, CancellationToken cancellationToken)
    {
        if (!await LoadAsync(index, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        ReadAt(entry < 0 ? blockEntryCount - 1 : entry);
        return HasPrefix();
    }

    private async ValueTask<bool> LoadAsync(int index, CancellationToken cancellationToken)
    {
        if (index >= reader.Index.Blocks.Length)
        {
            // Stands behind the last entry, from where one can go back.
            isPlaced = true;
            entryIndex = blockEntryCount;
            return false;
        }

        if (index != blockIndex)
        {
            block = await reader.BlockAsync(index, stream, cancellationToken).ConfigureAwait(false);
            blockIndex = index;
            blockEntryCount = reader.Index.Blocks[index].EntryCount;
        }

        isPlaced = true;
        return true;
    }

    private void ReadNext()
    {
        RunBlockFormat.ReadKeyLengths(block, ref position, out var shared, out var own);
        block.AsSpan(position, own).CopyTo(key.AsSpan(shared));
        keyLength = shared + own;
        position += own;
        current = RunBlockFormat.ReadEntry(block, ref position);
        entryIndex++;
    }

    private void ReadAt(int entry)
    {
        var restart = entry / RunBlockFormat.RestartInterval;
        position = RunBlockFormat.RestartOffset(block, restart);
        entryIndex = (restart * RunBlockFormat.RestartInterval) - 1;
        while (entryIndex < entry)
        {
            ReadNext();
        }
    }

    private bool SeekInBlock(ReadOnlySpan<byte> target, in RunBound bound)
    {
        var restart = Math.Max(0, RunBlockSearch.RestartBefore(block, target, bound));
        position = RunBlockFormat.RestartOffset(block, restart);
        entryIndex = (restart * RunBlockFormat.RestartInterval) - 1;
        while (entryIndex + 1 < blockEntryCount)
        {
            ReadNext();
            var order = Key.SequenceCompareTo(target);
            if (order > 0 || (order == 0 && bound.Includes(current)))
            {
                return true;
            }
        }

        return false;
    }
}
