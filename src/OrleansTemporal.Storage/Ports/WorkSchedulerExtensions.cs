namespace OrleansTemporal.Storage.Ports;

/// <summary>Batches whose pieces may have to wait.</summary>
public static class WorkSchedulerExtensions
{
    /// <summary>
    /// Starts <paramref name="body"/> for 0 ≤ i &lt; <paramref name="count"/>, in parallel when the host can, and completes
    /// when all of them have. Files of the local disk complete their calls before they return, so their pieces run beside
    /// the others; in a simulation pieces are started in order and wait like anybody else.
    /// </summary>
    /// <exception cref="Exception">What the first failing piece threw, once no piece runs any more.</exception>
    public static async ValueTask StartAllAsync(
        this IWorkScheduler scheduler, int count, Func<int, ValueTask> body, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        ArgumentNullException.ThrowIfNull(body);
        var waiting = new Task[count];
        Array.Fill(waiting, Task.CompletedTask);
        try
        {
            await scheduler.ForAsync(
                count,
                i =>
                {
                    var piece = body(i);
                    if (!piece.IsCompletedSuccessfully)
                    {
                        waiting[i] = piece.AsTask();
                    }
                },
                cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await Task.WhenAll(waiting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(waiting).ConfigureAwait(false);
    }
}
