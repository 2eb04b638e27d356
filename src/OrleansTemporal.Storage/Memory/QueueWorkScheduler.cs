using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Memory;

/// <summary>
/// Work in one queue that the owner runs by hand, on its own thread, in an order that a seed decides: the same seed and
/// the same posts give the same run. Posts from other threads are accepted, but then the run is not repeatable.
/// </summary>
public sealed class QueueWorkScheduler : IWorkScheduler
{
    private readonly Lock gate = new();
    private readonly List<(Action<object?> Work, object? State)> queue = [];
    private readonly Random? random;

    /// <summary>Makes an empty queue.</summary>
    /// <param name="seed">Decides which of the waiting pieces runs next; null for the oldest first.</param>
    public QueueWorkScheduler(int? seed = null) => random = seed is { } value ? new Random(value) : null;

    /// <inheritdoc/>
    public int Parallelism => 1;

    /// <summary>Pieces that wait.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return queue.Count;
            }
        }
    }

    /// <inheritdoc/>
    public void Post(Action<object?> work, object? state)
    {
        lock (gate)
        {
            queue.Add((work, state));
        }
    }

    /// <inheritdoc/>
    public ValueTask ForAsync(int count, Action<int> body, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(body);
        for (var i = 0; i < count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            body(i);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Runs one waiting piece; false when there was none.</summary>
    public bool RunOne()
    {
        (Action<object?> Work, object? State) piece;
        lock (gate)
        {
            if (queue.Count == 0)
            {
                return false;
            }

            var index = random?.Next(queue.Count) ?? 0;
            piece = queue[index];
            queue.RemoveAt(index);
        }

        // A test runner's context would send continuations to its own threads, and the run could not be repeated.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            piece.Work(piece.State);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }

        return true;
    }

    /// <summary>Runs until nothing waits.</summary>
    /// <param name="stepsMax">A bound, so that work that posts itself for ever is found.</param>
    /// <exception cref="InvalidOperationException">The bound was reached.</exception>
    public void RunUntilIdle(long stepsMax = 10_000_000)
    {
        for (var i = 0L; RunOne(); i++)
        {
            if (i >= stepsMax)
            {
                throw new InvalidOperationException($"Work still waits after {stepsMax} steps.");
            }
        }
    }

    /// <summary>Runs until a task is complete.</summary>
    /// <exception cref="InvalidOperationException">Nothing waits any more and the task is not complete.</exception>
    public void RunUntil(Task task)
    {
        ArgumentNullException.ThrowIfNull(task);
        while (!task.IsCompleted)
        {
            if (!RunOne())
            {
                throw new InvalidOperationException("The task waits for something that no queued work will do.");
            }
        }
    }
}
