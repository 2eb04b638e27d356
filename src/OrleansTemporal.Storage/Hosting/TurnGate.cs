using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Hosting;

/// <summary>
/// Lets one caller in after the other, in the order in which they came. Whoever waited goes on as posted work: never on
/// the stack of the caller before, and in a simulation never outside of its one queue.
/// </summary>
public sealed class TurnGate(IWorkScheduler scheduler)
{
    private readonly Lock gate = new();
    private readonly Queue<TaskCompletionSource> waiting = new();
    private bool isTaken;

    /// <summary>Completes when it is the caller's turn; each must be followed by one <see cref="Exit"/>.</summary>
    /// <exception cref="OperationCanceledException">The caller stopped waiting; it has no turn.</exception>
    public ValueTask EnterAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        TaskCompletionSource turn;
        lock (gate)
        {
            if (!isTaken)
            {
                isTaken = true;
                return ValueTask.CompletedTask;
            }

            turn = new TaskCompletionSource();
            waiting.Enqueue(turn);
        }

        return cancellationToken.CanBeCanceled ? WaitAsync(turn, cancellationToken) : new(turn.Task);
    }

    /// <summary>Ends the turn.</summary>
    public void Exit()
    {
        lock (gate)
        {
            if (waiting.TryDequeue(out var next))
            {
                scheduler.Post(static state => ((Turn)state!).Begin(), new Turn(this, next));
            }
            else
            {
                isTaken = false;
            }
        }
    }

    private async ValueTask WaitAsync(TaskCompletionSource turn, CancellationToken cancellationToken)
    {
        var stop = new Stop(turn, cancellationToken);
        var registration = cancellationToken.UnsafeRegister(_ => scheduler.Post(static state => ((Stop)state!).End(), stop), null);
        await using (registration.ConfigureAwait(false))
        {
            await turn.Task.ConfigureAwait(false);
        }
    }

    private sealed record Turn(TurnGate Gate, TaskCompletionSource Source)
    {
        // A caller that stopped waiting passes its turn on.
        public void Begin()
        {
            if (!Source.TrySetResult())
            {
                Gate.Exit();
            }
        }
    }

    private sealed record Stop(TaskCompletionSource Source, CancellationToken Token)
    {
        public void End() => Source.TrySetCanceled(Token);
    }
}
