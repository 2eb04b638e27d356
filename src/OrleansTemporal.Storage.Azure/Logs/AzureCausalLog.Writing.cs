using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Storage.Azure.Logs;

/// <content>The one who talks to the open blob: appends, looks, goes on in a new blob, and says when it stops.</content>
internal sealed partial class AzureCausalLog
{
    private readonly Queue<LogBlock> staged = new();
    private readonly PriorityQueue<TaskCompletionSource, long> waiters = new();
    private LogBlock? filling;
    private bool isRunning;
    private bool isRollRequested;
    private TaskCompletionSource? rolled;
    private long? appendedAt;

    private enum Step
    {
        None,
        Append,
        Roll,
        Look,
        Release,
    }

    // Under the gate.
    private void Stage(long sequence, HybridTimestamp systemTime, ReadOnlySpan<byte> record)
    {
        if (filling is null || !filling.TryAdd(sequence, systemTime, record))
        {
            filling = new LogBlock();
            filling.TryAdd(sequence, systemTime, record);
            staged.Enqueue(filling);
        }
    }

    // Under the gate.
    private bool StartUnderGate()
    {
        var starts = !isRunning && fault is null;
        isRunning |= starts;
        return starts;
    }

    private void Start(bool starts)
    {
        if (starts)
        {
            logs.Scheduler.Post(static state => _ = ((AzureCausalLog)state!).RunAsync(), this);
        }
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                switch (NextStep())
                {
                    case Step.Append:
                        await AppendAsync().ConfigureAwait(false);
                        break;
                    case Step.Roll:
                        await RollAsync().ConfigureAwait(false);
                        break;
                    case Step.Look:
                        await LookAsync().ConfigureAwait(false);
                        break;
                    case Step.Release:
                        await ReleaseAsync().ConfigureAwait(false);
                        break;
                    default:
                        return;
                }
            }
        }
        catch (Exception exception)
        {
            // Whatever it was, nothing is known of the blob any more; the next handle reads it.
            Kill(exception is TemporalException { Kind: ErrorKind.Fenced } ? exception
                : exception is OperationCanceledException ? LogErrors.Unsettled(Agent)
                : LogErrors.Failed(Agent, exception));
            logs.LogKilled(Agent.ToString(), exception);
            NextStep();
        }
    }

    private Step NextStep()
    {
        lock (gate)
        {
            if (fault is null)
            {
                if (isRollRequested || (staged.Count > 0 && open.BlockCount >= logs.Options.SealBlocks))
                {
                    return Step.Roll;
                }

                if (staged.Count > 0)
                {
                    return Step.Append;
                }

                if (isClosing && !open.IsReleased)
                {
                    return Step.Release;
                }

                if (confirming.Count > 0)
                {
                    return Step.Look;
                }
            }

            isRunning = false;
            if (isClosing || fault is not null)
            {
                closed.TrySetResult();
            }

            return Step.None;
        }
    }

    private async ValueTask AppendAsync()
    {
        await PaceAsync().ConfigureAwait(false);
        LogBlock block;
        ReadOnlyMemory<byte> bytes;
        lock (gate)
        {
            if (!staged.TryDequeue(out block!))
            {
                return;
            }

            filling = staged.Count == 0 ? null : filling;
            bytes = block.Seal(open.Epoch, claim, open.BlockCount + 1, open.LastCrc);
        }

        var sent = await SettleAsync(bytes).ConfigureAwait(false);
        List<TaskCompletionSource> told = [];
        lock (gate)
        {
            if (fault is not null)
            {
                return;
            }

            extents.Add(new LogExtent(open, open.LengthBytes - bytes.Length, bytes.Length, block.FirstSequence, block.LastSequence));
            Volatile.Write(ref durableThrough, block.LastSequence);
            while (waiters.TryPeek(out var waiter, out var sequence) && sequence <= durableThrough)
            {
                waiters.Dequeue();
                told.Add(waiter);
            }

            told.AddRange(Proven(sent));
            logs.Room.Settle(share, block.RecordBytes, bytes.Length);
        }

        logs.Appended();
        Tell(told, null);
        if (logs.Listener is { } listener && listener.Hears(Agent.Kind))
        {
            listener.OnDurable(Agent, block.LastSequence);
        }
    }

    /// <summary>Appends a block to the open blob and takes it in.</summary>
    /// <returns>When it was sent for the first time.</returns>
    /// <exception cref="TemporalException">Fenced when something else stands in its place.</exception>
    private async ValueTask<long> SettleAsync(ReadOnlyMemory<byte> block)
    {
        var sent = logs.Time.GetTimestamp();
        appendedAt = sent;
        var settled = await logs.Appender.AppendAsync(open.Path, open.LengthBytes, open.Tag, block, TimeSpan.MaxValue, stopping.Token).ConfigureAwait(false);
        if (settled.Outcome != BlockOutcome.Applied)
        {
            // Of a blob that a later owner has sealed and removed nobody can say whether it held the block.
            throw settled.Outcome == BlockOutcome.Refused ? LogErrors.Fenced(Agent) : LogErrors.Superseded(Agent);
        }

        lock (gate)
        {
            if (BlockHeader.TryRead(block.Span, out var header) is not null || open.Add(header, LogBlock.CrcOf(block.Span)) is not null)
            {
                throw LogErrors.Broken($"{Agent}: a block that this process has written is none");
            }

            open.Tag = settled.Tag;
            return sent;
        }
    }

    // What comes while others wait shares the next append.
    private async ValueTask PaceAsync()
    {
        if (appendedAt is { } before && logs.Options.AppendInterval - logs.Time.GetElapsedTime(before) is { Ticks: > 0 } left && !isClosing)
        {
            await Task.Delay(left, logs.Time, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the open blob by a fence of its own and goes on in the next one, as a new owner would.</summary>
    private async ValueTask RollAsync()
    {
        var nextClaim = logs.NextClaim();
        BlockHeader header;
        lock (gate)
        {
            // From the fence on, another may own the next epoch: that the tail stands is no proof any more.
            isEnding = true;
            header = open.Next(BlockType.Fence, durableThrough + 1, claim, open.Epoch + 1);
        }

        await SettleAsync(LogBlock.Mark(header)).ConfigureAwait(false);
        var sent = logs.Time.GetTimestamp();
        if (await logs.Maker.MakeAsync(Agent, open, nextClaim, header.FirstSequence, TimeSpan.MaxValue, stopping.Token).ConfigureAwait(false) is not { } next)
        {
            // Since the fence another owns the next epoch, or has owned it and gone on.
            throw LogErrors.Fenced(Agent);
        }

        List<TaskCompletionSource> told = [];
        lock (gate)
        {
            if (fault is not null)
            {
                return;
            }

            blobs.Add(next);
            (open, claim, isEnding, isRollRequested) = (next, nextClaim, false, false);
            Volatile.Write(ref epoch, next.Epoch);
            told.AddRange(Proven(sent));
            if (rolled is not null)
            {
                told.Add(rolled);
                rolled = null;
            }
        }

        Tell(told, null);
    }
}
