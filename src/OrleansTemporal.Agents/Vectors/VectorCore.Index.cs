namespace OrleansTemporal.Vectors;

internal sealed partial class VectorCore
{
    // Some hundred vectors a turn, so that sealing and other agents come in between.
    private const int WorkPerTurnMax = 8;

    /// <summary>Links the next vectors, or measures, or begins a successor. Outside of the gate but for the last.</summary>
    private protected override async ValueTask<bool> DeriveAsync(CancellationToken cancellationToken)
    {
        VectorCollection[] held;
        lock (Gate)
        {
            held = [.. collections];
        }

        var done = 0;
        foreach (var collection in held)
        {
            while (done < WorkPerTurnMax && await WorkAsync(collection.Index, cancellationToken).ConfigureAwait(false))
            {
                done++;
            }
        }

        if (done > 0)
        {
            lock (Gate)
            {
                CountMemory();
            }
        }

        return done == WorkPerTurnMax || (held.Length > 0 && await SaveWhenGrownAsync(held[^1], cancellationToken).ConfigureAwait(false));
    }

    private async ValueTask<bool> WorkAsync(VectorIndex index, CancellationToken cancellationToken)
    {
        if (index.NextWork() is { } work)
        {
            // A batch that is begun is ended: its lists are extended in place. A measurement may be given up.
            var stop = work is VectorGraphBatch ? CancellationToken.None : cancellationToken;
            cancellationToken.ThrowIfCancellationRequested();
            for (var phase = 0; phase < work.PhaseCount; phase++)
            {
                var now = phase;
                await Services.Scheduler.ForAsync(work.CountOf(phase), item => work.Do(now, item), stop).ConfigureAwait(false);
            }

            return true;
        }

        lock (Gate)
        {
            return index.Turn(SystemTime.Value);
        }
    }
}
