using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Runs;

/// <summary>
/// Merges adjacent runs into one. Entries move, values stay where they are, so it rewrites some 25 bytes a version.
/// Memory is one block and one read-ahead buffer for each run, whatever their size.
/// </summary>
public static class RunMerger
{
    /// <summary>Writes the merged run as a section of an object that is still to be committed.</summary>
    /// <param name="runs">Adjacent runs of one agent, oldest first.</param>
    /// <param name="writer">The object.</param>
    /// <param name="objectPath">Its path.</param>
    /// <param name="options">How it is written; the defaults when null.</param>
    /// <param name="cancellationToken">Stops the writing; the object is then good for nothing.</param>
    /// <returns>The reference for the manifest.</returns>
    /// <exception cref="TemporalException">Corrupt when a source does not verify; Internal, <c>invariant_broken</c>, when the runs are not adjacent.</exception>
    public static async ValueTask<RunRef> MergeAsync(
        IReadOnlyList<RunReader> runs, IObjectWriter writer, string objectPath, RunOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentOutOfRangeException.ThrowIfZero(runs.Count, nameof(runs));
        CheckAdjacent(runs);
        var merged = new RunWriter(
            writer,
            objectPath,
            runs[0].Run.Agent,
            runs[0].Run.FirstSequence,
            runs[^1].Run.LastSequence,
            (options ?? RunOptions.Default) with { KeyCountMax = runs.Sum(static run => run.Run.KeyCount) });
        var cursor = new MergedRunCursor([.. runs.Select(static run => run.OpenScan())]);
        while (await cursor.MoveNextAsync(cancellationToken).ConfigureAwait(false))
        {
            await merged.AddAsync(cursor.Key, cursor.Current, cancellationToken).ConfigureAwait(false);
        }

        if (merged.EntryCount != runs.Sum(static run => run.Run.EntryCount))
        {
            throw new TemporalException(
                ErrorKind.Internal, ErrorCodes.InvariantBroken, $"A merge of runs of {runs[0].Run.Agent} lost or gained entries.");
        }

        return await merged.FinishAsync(cancellationToken).ConfigureAwait(false);
    }

    private static void CheckAdjacent(IReadOnlyList<RunReader> runs)
    {
        for (var i = 1; i < runs.Count; i++)
        {
            if (runs[i].Run.Agent != runs[0].Run.Agent || runs[i].Run.FirstSequence != runs[i - 1].Run.LastSequence + 1)
            {
                throw new TemporalException(
                    ErrorKind.Internal,
                    ErrorCodes.InvariantBroken,
                    $"The run of {runs[i].Run.Agent} from {runs[i].Run.FirstSequence} does not follow {runs[i - 1].Run.LastSequence}.");
            }
        }
    }
}
