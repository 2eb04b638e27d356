using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Hosting;

/// <summary>Work on the thread pool: what every host but a simulation uses.</summary>
public sealed class ThreadPoolWorkScheduler : IWorkScheduler
{
    /// <summary>Takes as much parallelism as the process has processors.</summary>
    public ThreadPoolWorkScheduler()
        : this(Environment.ProcessorCount)
    {
    }

    /// <summary>Takes a bound for the parallelism of batch work.</summary>
    /// <param name="parallelism">At least 1.</param>
    public ThreadPoolWorkScheduler(int parallelism)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parallelism, 1);
        Parallelism = parallelism;
    }

    /// <inheritdoc/>
    public int Parallelism { get; }

    /// <inheritdoc/>
    public void Post(Action<object?> work, object? state) => ThreadPool.UnsafeQueueUserWorkItem(work, state, preferLocal: false);

    /// <inheritdoc/>
    public ValueTask ForAsync(int count, Action<int> body, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        cancellationToken.ThrowIfCancellationRequested();
        if (count <= 1 || Parallelism == 1)
        {
            for (var i = 0; i < count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                body(i);
            }

            return ValueTask.CompletedTask;
        }

        var batch = new ParallelBatch(count, body, cancellationToken);
        for (var i = 1; i < Math.Min(Parallelism, count); i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(batch, preferLocal: false);
        }

        // The caller works too, so that a batch inside of a batch never waits for a free thread.
        batch.Execute();
        return new ValueTask(batch.Completion);
    }
}
