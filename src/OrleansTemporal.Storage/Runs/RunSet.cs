using System.Runtime.CompilerServices;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Storage.Runs;

/// <summary>
/// All runs of one agent at one manifest: immutable, so whoever holds it reads one state however often the agent seals or
/// merges meanwhile. Runs cover adjacent ranges of sequences, so the first hit from the newest run down is the answer.
/// </summary>
public sealed class RunSet
{
    private readonly RunReader[] runs;

    /// <summary>Makes a set.</summary>
    /// <param name="runs">Oldest first, adjacent.</param>
    public RunSet(IReadOnlyList<RunReader> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        this.runs = [.. runs];
    }

    /// <summary>No runs.</summary>
    public static RunSet Empty { get; } = new([]);

    /// <summary>The runs, oldest first.</summary>
    public IReadOnlyList<RunReader> Runs => runs;

    /// <summary>The reader of a run, when the set has it.</summary>
    internal RunReader? ReaderOf(RunRef run) =>
        Array.Find(runs, reader => reader.Run.Offset == run.Offset && string.Equals(reader.Run.ObjectPath, run.ObjectPath, StringComparison.Ordinal));

    /// <summary>The newest version of a key within a bound, or null. Completes at once when the blocks are cached.</summary>
    /// <exception cref="TemporalException">Corrupt when the bytes don't verify.</exception>
    public ValueTask<RunEntry?> FindAsync(ReadOnlyMemory<byte> key, ulong keyHash, RunBound bound, CancellationToken cancellationToken)
    {
        for (var i = runs.Length - 1; i >= 0; i--)
        {
            if (runs[i].Run.FirstSequence > bound.SequenceMax || !runs[i].MightContain(keyHash))
            {
                continue;
            }

            var found = runs[i].FindAsync(key, keyHash, bound, cancellationToken);
            if (!found.IsCompletedSuccessfully)
            {
                return FindFromAsync(found, i - 1, key, keyHash, bound, cancellationToken);
            }

            if (found.Result is { } entry)
            {
                return new(entry);
            }
        }

        return default;
    }

    /// <summary>The versions of a key within a bound, one after the other, newest or oldest first.</summary>
    /// <exception cref="TemporalException">Corrupt when the bytes don't verify.</exception>
    public async IAsyncEnumerable<RunEntry> HistoryAsync(
        ReadOnlyMemory<byte> key, ulong keyHash, RunBound bound, bool newestFirst, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var i = 0; i < runs.Length; i++)
        {
            var run = runs[newestFirst ? runs.Length - 1 - i : i];
            if (run.Run.FirstSequence > bound.SequenceMax || !run.MightContain(keyHash))
            {
                continue;
            }

            var cursor = run.OpenCursor();
            var more = newestFirst
                ? await cursor.SeekAsync(key, bound, cancellationToken).ConfigureAwait(false)
                : await SeekOldestAsync(cursor, key, cancellationToken).ConfigureAwait(false);
            while (more && cursor.Key.SequenceEqual(key.Span) && bound.Includes(cursor.Current))
            {
                yield return cursor.Current;
                more = newestFirst
                    ? await cursor.MoveNextAsync(cancellationToken).ConfigureAwait(false)
                    : await cursor.MovePreviousAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>A cursor over the entries of all runs in their order: key ascending, newest version first.</summary>
    /// <param name="prefix">The cursor ends behind the keys that begin with this.</param>
    public MergedRunCursor OpenCursor(ReadOnlyMemory<byte> prefix = default) => new([.. runs.Select(run => run.OpenCursor(prefix))]);

    private async ValueTask<RunEntry?> FindFromAsync(
        ValueTask<RunEntry?> pending, int next, ReadOnlyMemory<byte> key, ulong keyHash, RunBound bound, CancellationToken cancellationToken)
    {
        var found = await pending.ConfigureAwait(false);
        for (var i = next; i >= 0 && found is null; i--)
        {
            if (runs[i].Run.FirstSequence <= bound.SequenceMax)
            {
                found = await runs[i].FindAsync(key, keyHash, bound, cancellationToken).ConfigureAwait(false);
            }
        }

        return found;
    }

    private static async ValueTask<bool> SeekOldestAsync(RunCursor cursor, ReadOnlyMemory<byte> key, CancellationToken cancellationToken)
    {
        await cursor.SeekAsync(key, RunBound.BeforeAll, cancellationToken).ConfigureAwait(false);
        return await cursor.MovePreviousAsync(cancellationToken).ConfigureAwait(false);
    }
}
