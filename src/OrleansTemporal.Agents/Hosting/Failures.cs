using System.Runtime.ExceptionServices;

namespace OrleansTemporal.Hosting;

/// <summary>
/// Does several things of which none may keep another from being done, and fails in the end if one has failed. One caller at
/// a time.
/// </summary>
internal sealed class Failures
{
    private ExceptionDispatchInfo? first;

    /// <summary>What failed first; null when nothing has.</summary>
    public Exception? First => first?.SourceException;

    /// <summary>Does one of them.</summary>
    /// <returns>False when it failed.</returns>
    /// <exception cref="OperationCanceledException">All of it is to end.</exception>
    public async ValueTask<bool> TryAsync(Func<CancellationToken, ValueTask> one, CancellationToken cancellationToken)
    {
        try
        {
            await one(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            first ??= ExceptionDispatchInfo.Capture(failure);
            return false;
        }
    }

    /// <summary>Throws what failed first, if anything has.</summary>
    public void ThrowIfAny() => first?.Throw();
}
