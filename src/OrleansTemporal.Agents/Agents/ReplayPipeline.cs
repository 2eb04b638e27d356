using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Agents;

/// <summary>
/// Brings the records of a log, page by page, through reading, verifying and folding. Pages are read one after the other
/// and folded one after the other; verifying needs no order. Each worker takes whatever can be done next until nothing is
/// left, since waking a thread for every page would cost as much as the page.
/// </summary>
/// <param name="read">Reads the page behind a sequence.</param>
/// <param name="verify">Verifies one piece of a page, beside others.</param>
/// <param name="fold">Folds a page that is verified whole.</param>
internal sealed class ReplayPipeline(
    IWorkScheduler scheduler, Func<long, ValueTask<LogPage>> read, Action<ReplayPage, int> verify, Action<ReplayPage> fold)
{
    // Read ahead just so far that nobody runs dry: what is under way should stay in the cache of a processor.
    private const int PagesMax = 4;

    // An object, since a Lock has no Wait.
    private readonly object gate = new();
    private readonly ReplayPage[] pages = [.. Enumerable.Range(0, PagesMax).Select(static _ => new ReplayPage())];
    private long readCount;
    private long foldedCount;
    private long last;
    private bool isReading;
    private bool isFolding;
    private bool isReadToEnd;
    private bool hasFailed;
    private Task? laterRead;

    private enum Step
    {
        None,
        Read,
        Verify,
        Fold,
    }

    private bool IsDone => isReadToEnd && foldedCount == readCount;

    /// <summary>Folds everything behind a sequence.</summary>
    /// <exception cref="Exception">What a step threw, once none runs any more.</exception>
    public async ValueTask RunAsync(long afterSequence, CancellationToken cancellationToken)
    {
        last = afterSequence;
        while (!IsDone)
        {
            try
            {
                await scheduler.ForAsync(scheduler.Parallelism, _ => Work(), cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                if (laterRead is { } unfinished)
                {
                    await unfinished.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }

            if (laterRead is { } reading)
            {
                await reading.ConfigureAwait(false);
                laterRead = null;
                EndRead();
            }
        }
    }

    private void Work()
    {
        try
        {
            while (Take(out var page, out var piece) is var step && step != Step.None)
            {
                Do(step, page, piece);
            }
        }
        catch
        {
            lock (gate)
            {
                hasFailed = true;
                Monitor.PulseAll(gate);
            }

            throw;
        }
    }

    private void Do(Step step, ReplayPage page, int piece)
    {
        switch (step)
        {
            case Step.Read:
                BeginRead(page);
                break;
            case Step.Verify:
                verify(page, piece);
                lock (gate)
                {
                    page.PiecesUndone--;
                    PulseWhen(page.PiecesUndone == 0);
                }

                break;
            default:
                fold(page);
                page.Clear();
                lock (gate)
                {
                    foldedCount++;
                    isFolding = false;
                    PulseWhen(true);
                }

                break;
        }
    }

    private Step Take(out ReplayPage page, out int piece)
    {
        lock (gate)
        {
            while (true)
            {
                var step = TryTake(out page, out piece);
                if (step != Step.None || hasFailed || IsDone || laterRead is not null)
                {
                    return step;
                }

                // Another worker is at the one step that all others wait for, which takes it less than a page does.
                Monitor.Wait(gate);
            }
        }
    }

    // The fold comes first, since nothing else goes faster than it; then what feeds everybody.
    private Step TryTake(out ReplayPage page, out int piece)
    {
        piece = 0;
        page = pages[foldedCount % PagesMax];
        if (hasFailed)
        {
            return Step.None;
        }

        if (!isFolding && foldedCount < readCount && page.PiecesUndone == 0)
        {
            isFolding = true;
            return Step.Fold;
        }

        if (!isReading && !isReadToEnd && readCount - foldedCount < PagesMax)
        {
            isReading = true;
            page = pages[readCount % PagesMax];
            return Step.Read;
        }

        for (var number = foldedCount; number < readCount; number++)
        {
            page = pages[number % PagesMax];
            if (page.PiecesWaiting > 0)
            {
                piece = --page.PiecesWaiting;
                return Step.Verify;
            }
        }

        return Step.None;
    }

    private void BeginRead(ReplayPage page)
    {
        var reading = page.LoadAsync(read(last));
        if (reading.IsCompleted)
        {
            reading.GetAwaiter().GetResult();
            EndRead();
            return;
        }

        // A file system whose calls complete later: the workers do what there is to do and leave.
        lock (gate)
        {
            laterRead = reading.AsTask();
            PulseWhen(true);
        }
    }

    private void EndRead()
    {
        lock (gate)
        {
            var page = pages[readCount % PagesMax];
            isReading = false;
            isReadToEnd = !page.HasMore;
            last += page.Count;
            readCount += page.Count > 0 ? 1 : 0;
            PulseWhen(true);
        }
    }

    private void PulseWhen(bool isNews)
    {
        if (isNews)
        {
            Monitor.PulseAll(gate);
        }
    }
}
