namespace OrleansTemporal.Storage.Hosting;

/// <summary>The pieces of one parallel loop; whichever thread is free takes the next one.</summary>
internal sealed class ParallelBatch(int count, Action<int> body, CancellationToken cancellationToken) : IThreadPoolWorkItem
{
    private readonly TaskCompletionSource completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int taken;
    private int finished;
    private Exception? failure;

    public Task Completion => completion.Task;

    public void Execute()
    {
        while (true)
        {
            var index = Interlocked.Increment(ref taken) - 1;
            if (index >= count)
            {
                return;
            }

            try
            {
                if (Volatile.Read(ref failure) is null)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    body(index);
                }
            }
            catch (Exception exception)
            {
                // Whatever a piece throws is rethrown to whoever waits for the batch.
                Interlocked.CompareExchange(ref failure, exception, null);
            }

            if (Interlocked.Increment(ref finished) == count)
            {
                Finish();
            }
        }
    }

    private void Finish()
    {
        if (failure is null)
        {
            completion.SetResult();
        }
        else
        {
            completion.SetException(failure);
        }
    }
}
