using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Agents;

/// <summary>One listener of a <see cref="NoticeHub"/>.</summary>
internal sealed class NoticeReader(NoticeHub hub, NoticeFilter filter, IWorkScheduler scheduler, int agentsMax) : INoticeReader
{
    private readonly Lock gate = new();
    private readonly NoticeQueue queue = new(agentsMax);
    private TaskCompletionSource? waiting;
    private bool isDisposed;

    /// <summary>A bit for each kind of agent that it wants to hear of.</summary>
    public int Kinds { get; } = filter.Kinds.IsEmpty ? ~0 : filter.Kinds.Aggregate(0, static (all, kind) => all | (1 << (int)kind));

    /// <inheritdoc/>
    public async ValueTask<NoticeBatch> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task arrival;
            lock (gate)
            {
                if (isDisposed)
                {
                    throw new OperationCanceledException("The reader was disposed of.");
                }

                if (!queue.IsEmpty)
                {
                    return queue.Take();
                }

                // Completed by posted work only, which is where its continuation may run.
                waiting ??= new TaskCompletionSource();
                arrival = waiting.Task;
            }

            await arrival.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What is new, if anything is.</summary>
    public NoticeBatch? TryTake()
    {
        lock (gate)
        {
            return queue.IsEmpty ? null : queue.Take();
        }
    }

    /// <summary>Completes when something is new, or after a time.</summary>
    public async ValueTask WhenAnyAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        Task arrival;
        lock (gate)
        {
            if (!queue.IsEmpty || isDisposed)
            {
                return;
            }

            waiting ??= new TaskCompletionSource();
            arrival = waiting.Task;
        }

        try
        {
            await arrival.WaitAsync(atMost, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Nothing came; the caller looks by itself now and then.
        }
    }

    /// <summary>Goes on in the place of another one, with what that has not given out.</summary>
    public void TakeOver(NoticeReader before)
    {
        before.Dispose();
        if (before.TryTake() is { } batch)
        {
            Offer(batch);
        }
    }

    /// <summary>Takes in what the filter lets through. Never waits.</summary>
    public void Offer(NoticeBatch batch)
    {
        lock (gate)
        {
            foreach (var notice in batch.Notices)
            {
                if (filter.Matches(notice.Agent))
                {
                    queue.Add(notice);
                }
            }

            if (batch.HasLost)
            {
                queue.Lose();
            }

            if (!queue.IsEmpty)
            {
                Wake();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        hub.Leave(this);
        lock (gate)
        {
            isDisposed = true;
            Wake();
        }
    }

    private void Wake()
    {
        if (waiting is { } source)
        {
            waiting = null;
            scheduler.Post(static state => ((TaskCompletionSource)state!).TrySetResult(), source);
        }
    }
}
