using System.Collections.Concurrent;

namespace OrleansTemporal.Requests;

/// <summary>Cancels requests whose time is up. Sources are pooled: a timer per request, but no garbage.</summary>
internal sealed class RequestDeadlines(TimeSpan timeout, TimeProvider time)
{
    private const int PooledMax = 1_024;

    private readonly ConcurrentBag<CancellationTokenSource> pool = [];

    /// <summary>A source that cancels when the time is up; goes back by <see cref="Return"/>.</summary>
    internal CancellationTokenSource Rent()
    {
        if (!pool.TryTake(out var source))
        {
            source = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        }

        source.CancelAfter(timeout);
        return source;
    }

    /// <summary>Takes a source back, unless it has fired.</summary>
    internal void Return(CancellationTokenSource source)
    {
        if (source.TryReset() && pool.Count < PooledMax)
        {
            pool.Add(source);
        }
        else
        {
            source.Dispose();
        }
    }
}
