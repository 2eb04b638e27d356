namespace OrleansTemporal.Storage.Ports;

/// <summary>
/// Where work goes that must not run on the caller's stack. The host maps it to the thread pool; a simulation to its one
/// queue, so that the same seed gives the same run.
/// </summary>
public interface IWorkScheduler
{
    /// <summary>How many threads the host has for work; bounds the parallelism of batch work.</summary>
    int Parallelism { get; }

    /// <summary>Runs work soon, in any order.</summary>
    void Post(Action<object?> work, object? state);

    /// <summary>Runs <paramref name="body"/> for 0 ≤ i &lt; <paramref name="count"/>, in parallel when the host can; completes when all have run. The first exception is thrown.</summary>
    ValueTask ForAsync(int count, Action<int> body, CancellationToken cancellationToken);
}
