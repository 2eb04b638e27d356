using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Azure.Logs;

/// <summary>
/// The log of one agent in append blobs, held by one owner. Its gate guards what is staged, who waits and where records
/// are; one call at a time goes to the blob that is open, by posted work; no caller's code runs under the gate.
/// </summary>
internal sealed partial class AzureCausalLog : IOwnedLog
{
    private readonly Lock gate = new();
    private readonly AzureCausalLogs logs;
    private readonly List<LogBlob> blobs;
    private readonly List<LogExtent> extents;
    private readonly LogShare share = new();
    private readonly CancellationTokenSource stopping = new();
    private UInt128 claim;
    private LogBlob open;
    private long durableThrough;
    private long lastSequence;
    private long trimmedThrough;
    private ulong epoch;
    private Exception? fault;

    /// <summary>Makes the handle of a log that was taken over.</summary>
    /// <param name="logs">The logs of the process.</param>
    /// <param name="agent">Whose log it is.</param>
    /// <param name="chain">What stands; its newest blob is this owner's.</param>
    /// <param name="claim">The claim of that blob.</param>
    /// <param name="resumeFrom">Newest time that may have been issued or answered for.</param>
    public AzureCausalLog(AzureCausalLogs logs, AgentId agent, LogChain chain, UInt128 claim, HybridTimestamp resumeFrom)
    {
        this.logs = logs;
        this.claim = claim;
        Agent = agent;
        ResumeFrom = resumeFrom;
        (blobs, extents, open) = (chain.Blobs, chain.Extents, chain.Tail!);
        epoch = open.Epoch;
        durableThrough = lastSequence = chain.LastSequence;
        logs.Room.SetUnsealed(share, extents.Sum(static extent => (long)extent.LengthBytes));
    }

    public AgentId Agent { get; }

    public HybridTimestamp ResumeFrom { get; }

    public ulong Epoch => Volatile.Read(ref epoch);

    public long DurableThrough => Volatile.Read(ref durableThrough);

    public Exception? Fault => Volatile.Read(ref fault);

    public long FirstSequence
    {
        get
        {
            lock (gate)
            {
                return extents.Count > 0 ? Math.Max(extents[0].First, trimmedThrough + 1) : lastSequence + 1;
            }
        }
    }

    public long LastSequence
    {
        get
        {
            lock (gate)
            {
                return lastSequence;
            }
        }
    }

    public long Bytes
    {
        get
        {
            lock (gate)
            {
                return extents.Sum(static extent => (long)extent.LengthBytes);
            }
        }
    }

    public ValueTask ReserveAsync(int bytes, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        return Fault is { } reason ? ValueTask.FromException(LogErrors.Again(reason))
            : isClosing ? ValueTask.FromException(LogErrors.Stopping(Agent))
            : logs.Room.TakeAsync(share, bytes, cancellationToken);
    }

    public void Release(int bytes) => logs.Room.Release(share, bytes);

    public void Enqueue(long sequence, HybridTimestamp systemTime, ReadOnlySpan<byte> record)
    {
        bool start;
        lock (gate)
        {
            if (fault is not null || isClosing)
            {
                return;
            }

            if (sequence != lastSequence + 1 && lastSequence != 0)
            {
                throw LogErrors.Broken($"{Agent}: sequence {sequence} was enqueued after {lastSequence}.");
            }

            logs.Room.Use(share, record.Length);
            Stage(sequence, systemTime, record);
            lastSequence = sequence;
            start = StartUnderGate();
        }

        Start(start);
    }

    public async ValueTask WhenDurableAsync(long sequence, CancellationToken cancellationToken)
    {
        if (sequence <= DurableThrough)
        {
            return;
        }

        cancellationToken.ThrowIfCancellationRequested();
        Task durable;
        lock (gate)
        {
            if (sequence <= durableThrough)
            {
                return;
            }

            if (fault is { } reason)
            {
                throw LogErrors.Again(reason);
            }

            if (isClosing && sequence > lastSequence)
            {
                throw LogErrors.Stopping(Agent);
            }

            ArgumentOutOfRangeException.ThrowIfGreaterThan(sequence, lastSequence);
            var waiter = new TaskCompletionSource();
            waiters.Enqueue(waiter, sequence);
            durable = waiter.Task;
        }

        await durable.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes the handle dead; the first reason stays. Nothing that is staged will be written any more.</summary>
    public void Kill(Exception reason)
    {
        List<TaskCompletionSource> told = [];
        lock (gate)
        {
            if (fault is not null)
            {
                return;
            }

            Volatile.Write(ref fault, reason);
            staged.Clear();
            lastSequence = durableThrough;
            while (waiters.TryDequeue(out var waiter, out _))
            {
                told.Add(waiter);
            }

            told.AddRange(confirming);
            confirming.Clear();
            if (rolled is not null)
            {
                told.Add(rolled);
            }

            logs.Room.Leave(share);
        }

        stopping.Cancel();
        Tell(told, reason);
    }

    // Whoever waited goes on as posted work: not under the gate, and not on the stack of the caller.
    private void Tell(List<TaskCompletionSource> told, Exception? failure)
    {
        if (told.Count == 0)
        {
            return;
        }

        logs.Scheduler.Post(
            static state =>
            {
                var (waiters, failure) = ((List<TaskCompletionSource>, Exception?))state!;
                foreach (var waiter in waiters)
                {
                    if (failure is null)
                    {
                        waiter.TrySetResult();
                    }
                    else
                    {
                        waiter.TrySetException(LogErrors.Again(failure));
                    }
                }
            },
            (told, failure));
    }
}
