using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Memory;

/// <summary>A call that takes effect and completes after some turns of the work scheduler, on its stack.</summary>
internal sealed class DelayedCall<T>(IWorkScheduler scheduler, int turns, Func<T> effect)
{
    private readonly TaskCompletionSource<T> completion = new();
    private int left = turns;

    public Task<T> Start()
    {
        scheduler.Post(static state => ((DelayedCall<T>)state!).Turn(), this);
        return completion.Task;
    }

    private void Turn()
    {
        if (--left > 0)
        {
            scheduler.Post(static state => ((DelayedCall<T>)state!).Turn(), this);
            return;
        }

        try
        {
            completion.SetResult(effect());
        }
        catch (Exception exception)
        {
            // Whatever the call throws is thrown to whoever waits for it.
            completion.TrySetException(exception);
        }
    }
}
