using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Runs;

/// <summary>Writes a run anew, with some of its entries changed or left out.</summary>
public static class RunRewriter
{
    /// <summary>Whether the change would change anything. Cost: the run is read once.</summary>
    /// <exception cref="Errors.TemporalException">Corrupt when the source does not verify.</exception>
    public static async ValueTask<bool> IsNeededAsync(RunReader run, RunChange change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(change);
        var cursor = run.OpenScan();
        while (await cursor.MoveNextAsync(cancellationToken).ConfigureAwait(false))
        {
            if (change(cursor.Key, cursor.Current) != cursor.Current)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Writes the run as a section of an object that is still to be committed.</summary>
    /// <param name="run">What is rewritten.</param>
    /// <param name="writer">The object.</param>
    /// <param name="objectPath">Its path.</param>
    /// <param name="change">What becomes of each entry.</param>
    /// <param name="cancellationToken">Stops the writing; the object is then good for nothing.</param>
    /// <returns>The reference for the manifest.</returns>
    /// <exception cref="Errors.TemporalException">Corrupt when the source does not verify.</exception>
    public static async ValueTask<RunRef> RewriteAsync(
        RunReader run, IObjectWriter writer, string objectPath, RunChange change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(change);
        var source = run.Run;
        var options = RunOptions.Default with { KeyCountMax = source.KeyCount };
        var rewritten = new RunWriter(writer, objectPath, source.Agent, source.FirstSequence, source.LastSequence, options);
        var cursor = run.OpenScan();
        while (await cursor.MoveNextAsync(cancellationToken).ConfigureAwait(false))
        {
            if (change(cursor.Key, cursor.Current) is { } entry)
            {
                await rewritten.AddAsync(cursor.Key, entry, cancellationToken).ConfigureAwait(false);
            }
        }

        return await rewritten.FinishAsync(cancellationToken).ConfigureAwait(false);
    }
}
