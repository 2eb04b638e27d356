using System.Threading.Tasks.Sources;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Journal;

/// <summary>
/// Somebody who waits for a group. Two parties hold it, the group's chain and the consumer of the task; the second to let
/// go puts it back into the pool. Continuations run where the batch of completions runs, never on the flusher.
/// </summary>
internal sealed class DurableWaiter(WaiterPool pool, IWorkScheduler scheduler) : IValueTaskSource
{
    private const int Owners = 2;

    private ManualResetValueTaskSourceCore<bool> core;
    private CancellationTokenRegistration registration;
    private CancellationToken token;
    private int isDecided;
    private int owners;

    /// <summary>The next one of the chain, or of the pool.</summary>
    public DurableWaiter? Next { get; set; }

    public ValueTask Task => new(this, core.Version);

    public void Prepare()
    {
        core.Reset();
        isDecided = 0;
        owners = Owners;
    }

    /// <summary>Lets a token end the wait. Called once, by whoever hands the task out, outside of the gate.</summary>
    public void CancelWith(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            token = cancellationToken;
            registration = cancellationToken.UnsafeRegister(static state => ((DurableWaiter)state!).Cancel(), this);
        }
    }

    /// <summary>Ends the wait and lets go of it for the chain.</summary>
    public void Complete(Exception? failure)
    {
        if (Interlocked.Exchange(ref isDecided, 1) == 0)
        {
            if (failure is null)
            {
                core.SetResult(true);
            }
            else
            {
                core.SetException(JournalErrors.WriteFailed(failure));
            }
        }

        LetGo();
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        core.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.GetResult(short token)
    {
        try
        {
            core.GetResult(token);
        }
        finally
        {
            registration.Dispose();
            registration = default;
            LetGo();
        }
    }

    private void Cancel()
    {
        if (Interlocked.Exchange(ref isDecided, 1) == 0)
        {
            scheduler.Post(static state => ((DurableWaiter)state!).SetCanceled(), this);
        }
    }

    private void SetCanceled() => core.SetException(new OperationCanceledException(token));

    private void LetGo()
    {
        if (Interlocked.Decrement(ref owners) == 0)
        {
            token = default;
            pool.Return(this);
        }
    }
}
