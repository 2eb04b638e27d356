using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Formats;

namespace OrleansTemporal.Storage.Runs;

/// <summary>
/// Walks over the entries of a run in their order: key ascending, newest version first. Allocates nothing per entry and
/// completes at once within a cached block. Not thread-safe.
/// </summary>
public sealed partial class RunCursor
{
    private readonly RunReader reader;
    private readonly ReadOnlyMemory<byte> prefix;
    private readonly BlockStream? stream;
    private readonly byte[] key = new byte[RunOptions.KeyBytesMax];
    private byte[] block = [];
    private int blockIndex = -1;
    private int blockEntryCount;
    private int entryIndex = -1;
    private int position;
    private int keyLength;
    private RunEntry current;
    private bool isPlaced;

    internal RunCursor(RunReader reader, ReadOnlyMemory<byte> prefix, BlockStream? stream)
    {
        this.reader = reader;
        this.prefix = prefix;
        this.stream = stream;
    }

    /// <summary>The current entry's key, valid until the cursor moves.</summary>
    public ReadOnlySpan<byte> Key => key.AsSpan(0, keyLength);

    /// <summary>The current entry's key, valid until the cursor moves.</summary>
    public ReadOnlyMemory<byte> KeyMemory => key.AsMemory(0, keyLength);

    /// <summary>The current entry.</summary>
    public RunEntry Current => current;

    /// <summary>Moves to the next entry; from a new cursor, to the first one with the prefix.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="TemporalException">Corrupt when the bytes don't verify.</exception>
    public ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        if (!isPlaced)
        {
            return SeekAsync(prefix, RunBound.Latest, cancellationToken);
        }

        if (entryIndex + 1 < blockEntryCount)
        {
            ReadNext();
            return new(HasPrefix());
        }

        return EnterAsync(blockIndex + 1, entry: 0, cancellationToken);
    }

    /// <summary>Moves to the entry before.</summary>
    /// <returns>False when there is none; the cursor is then as new.</returns>
    /// <exception cref="TemporalException">Corrupt when the bytes don't verify.</exception>
    public ValueTask<bool> MovePreviousAsync(CancellationToken cancellationToken)
    {
        if (!isPlaced)
        {
            return new(false);
        }

        if (entryIndex > 0)
        {
            ReadAt(entryIndex - 1);
            return new(HasPrefix());
        }

        if (blockIndex <= 0)
        {
            isPlaced = false;
            return new(false);
        }

        return EnterAsync(blockIndex - 1, entry: -1, cancellationToken);
    }

    /// <summary>Moves to the first entry of the next key.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="TemporalException">Corrupt when the bytes don't verify.</exception>
    public async ValueTask<bool> MoveToNextKeyAsync(CancellationToken cancellationToken)
    {
        if (!isPlaced)
        {
            return await MoveNextAsync(cancellationToken).ConfigureAwait(false);
        }

        // Most keys have few versions, so a few steps are tried before a search.
        const int StepsBeforeSearch = 8;
        var leaving = KeyMemory.ToArray();
        for (var i = 0; i < StepsBeforeSearch; i++)
        {
            if (!await MoveNextAsync(cancellationToken).ConfigureAwait(false))
            {
                return false;
            }

            if (!Key.SequenceEqual(leaving))
            {
                return true;
            }
        }

        return await SeekAsync(leaving, RunBound.BeforeAll, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Moves to the newest version of a key within a bound, or else to the entry after that place.</summary>
    /// <returns>False when there is no entry there, or none with the prefix.</returns>
    /// <exception cref="TemporalException">Corrupt when the bytes don't verify.</exception>
    public async ValueTask<bool> SeekAsync(ReadOnlyMemory<byte> target, RunBound bound, CancellationToken cancellationToken)
    {
        if (prefix.Length > 0 && target.Span.SequenceCompareTo(prefix.Span) < 0)
        {
            target = prefix;
            bound = RunBound.Latest;
        }

        var from = Math.Max(0, reader.Index.BlockBefore(target.Span, bound));
        if (!await LoadAsync(from, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        return SeekInBlock(target.Span, bound)
            ? HasPrefix()
            : await EnterAsync(from + 1, entry: 0, cancellationToken).ConfigureAwait(false);
    }
}
