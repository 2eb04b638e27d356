namespace OrleansTemporal.Storage.Azure.Logs;

/// <content>Proof that nobody else owns the agent, and the end of owning it.</content>
internal sealed partial class AzureCausalLog
{
    private readonly List<TaskCompletionSource> confirming = [];
    private readonly TaskCompletionSource closed = new();
    private long provenAt;
    private volatile bool isProven;
    private volatile bool isEnding;
    private volatile bool isClosing;

    public bool IsCurrent =>
        isProven && Fault is null && !isClosing && logs.Time.GetElapsedTime(Volatile.Read(ref provenAt)) < logs.Options.OwnerLease;

    public async ValueTask ConfirmAsync(CancellationToken cancellationToken)
    {
        while (!IsCurrent)
        {
            Task proof;
            bool start;
            lock (gate)
            {
                if (fault is { } reason)
                {
                    throw LogErrors.Again(reason);
                }

                if (isClosing)
                {
                    throw LogErrors.Stopping(Agent);
                }

                var waiter = new TaskCompletionSource();
                confirming.Add(waiter);
                proof = waiter.Task;
                start = StartUnderGate();
            }

            Start(start);
            try
            {
                await proof.WaitAsync(logs.Options.ReserveWait, logs.Time, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                throw LogErrors.NotConfirmed(Agent);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        bool start;
        lock (gate)
        {
            if (isClosing)
            {
                return;
            }

            isClosing = true;
            start = StartUnderGate();
            if (!isRunning)
            {
                closed.TrySetResult();
            }
        }

        Start(start);
        try
        {
            await closed.Task.WaitAsync(logs.CloseWait, logs.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            logs.CloseTimedOut(Agent);
            Kill(LogErrors.Unsettled(Agent));
        }

        Kill(LogErrors.Stopping(Agent));
        logs.Leave(this);
    }

    // Under the gate. The owner answers within the lease of sending what proved that it is the owner.
    private List<TaskCompletionSource> Proven(long sent)
    {
        if (isEnding)
        {
            return [];
        }

        Volatile.Write(ref provenAt, isProven ? Math.Max(provenAt, sent) : sent);
        isProven = true;
        var told = confirming.ToList();
        confirming.Clear();
        return told;
    }

    /// <summary>Looks whether the open blob is still the one that this owner has, and ends where it has left it.</summary>
    private async ValueTask LookAsync()
    {
        var sent = logs.Time.GetTimestamp();
        if (!await logs.Maker.StandsAsync(open, stopping.Token).ConfigureAwait(false))
        {
            throw LogErrors.Fenced(Agent);
        }

        List<TaskCompletionSource> told;
        lock (gate)
        {
            told = fault is null ? Proven(sent) : [];
        }

        Tell(told, null);
    }

    // The next owner need not wait: this one answers nothing any more.
    private async ValueTask ReleaseAsync()
    {
        BlockHeader header;
        lock (gate)
        {
            header = open.Next(BlockType.Release, durableThrough + 1, claim, time: open.Time);
        }

        await SettleAsync(LogBlock.Mark(header)).ConfigureAwait(false);
    }
}
