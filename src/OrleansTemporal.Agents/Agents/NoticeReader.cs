using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Agents;

/// <summary>One listener of a <see cref="NoticeHub"/>.</summary>
internal sealed class NoticeReader(NoticeHub hub, NoticeFilter filter, IWorkScheduler scheduler, int agentsMax) : INoticeReader
{
    private readonly Lock gate = new();
    private readonly NoticeQueue queue = new(agentsMax);
    private TaskCompletionSource? waiting;
    private bool isDisposed;

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
