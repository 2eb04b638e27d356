using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Formats;

namespace OrleansTemporal.Storage.Azure.Blobs;

/// <summary>
/// Calls the service again, with growing pauses, while the service or the way to it fails. Only for calls that may be sent
/// twice, because they change nothing, or the same to the same, or because their outcome is settled by reading it back.
/// Remembers since when nothing was answered. Thread-safe.
/// </summary>
/// <param name="time">For the pauses.</param>
/// <param name="giveUpAfter">How long one call is tried.</param>
internal sealed class BlobRetry(TimeProvider time, TimeSpan giveUpAfter)
{
    /// <summary>Short enough that a restart of the service is noticed soon, long enough not to be in its way.</summary>
    public static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan TroubleAfter = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private long? failingSince;
    private string? failure;

    /// <summary>What the service last failed with, when it has answered nothing for a while; null when all is well.</summary>
    public string? Trouble
    {
        get
        {
            lock (gate)
            {
                return failingSince is { } since && time.GetElapsedTime(since) > TroubleAfter ? failure : null;
            }
        }
    }

    /// <summary>Runs a call until it is answered.</summary>
    /// <exception cref="TemporalException">As the call throws it, when it was tried for long enough or failed for good.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async ValueTask<T> RunAsync<T>(Func<CancellationToken, ValueTask<T>> call, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var result = await call(cancellationToken).ConfigureAwait(false);
                Succeeded();
                return result;
            }
            catch (TemporalException exception) when (StoredBytes.IsFailure(exception) && time.GetElapsedTime(start) < giveUpAfter)
            {
                Failed(exception);
            }

            await PauseAsync(attempt, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Waits between two attempts.</summary>
    /// <param name="attempt">Number of the attempt that failed, from 0.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask PauseAsync(int attempt, CancellationToken cancellationToken)
    {
        var pause = TimeSpan.FromTicks(Math.Min(PauseMin.Ticks << Math.Min(attempt, 10), PauseMax.Ticks));

        // A cancelled delay would go on on a thread of its own, which a simulation can not repeat; it is short enough to end.
        await Task.Delay(pause, time, CancellationToken.None).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Takes notice of an answer.</summary>
    public void Succeeded()
    {
        lock (gate)
        {
            (failingSince, failure) = (null, null);
        }
    }

    /// <summary>Takes notice of a failure.</summary>
    public void Failed(Exception exception)
    {
        lock (gate)
        {
            failingSince ??= time.GetTimestamp();
            failure = exception.Message;
        }
    }
}
