using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Agents.Tests.Stores;

/// <summary>The log of one agent in <see cref="HeldLogs"/>.</summary>
internal sealed class HeldLog : ICausalLog
{
    private readonly Lock gate = new();
    private readonly HeldLogs logs;
    private readonly AgentId agent;
    private readonly List<HeldRecord> durable;
    private readonly List<HeldRecord> staged = [];
    private readonly List<(long Sequence, TaskCompletionSource Source)> waiters = [];
    private long durableThrough;
    private long reserved;

    public HeldLog(HeldLogs logs, AgentId agent, List<HeldRecord> durable)
    {
        this.logs = logs;
        this.agent = agent;
        this.durable = durable;
        durableThrough = LastSequence = durable.Count == 0 ? 0 : durable[^1].Sequence;
    }

    public long DurableThrough => Volatile.Read(ref durableThrough);

    public long FirstSequence => durable.Count == 0 ? LastSequence + 1 : durable[0].Sequence;

    public long LastSequence { get; private set; }

    public long Bytes
    {
        get
        {
            lock (gate)
            {
                return durable.Sum(static record => (long)record.Bytes.Length);
            }
        }
    }

    public Exception? Fault { get; private set; }

    public long ReservedBytes => Interlocked.Read(ref reserved);

    public ValueTask ReserveAsync(int bytes, CancellationToken cancellationToken)
    {
        Interlocked.Add(ref reserved, bytes);
        return Fault is { } fault ? ValueTask.FromException(fault) : ValueTask.CompletedTask;
    }

    public void Release(int bytes) => Interlocked.Add(ref reserved, -bytes);

    public void Enqueue(long sequence, HybridTimestamp systemTime, ReadOnlySpan<byte> record)
    {
        lock (gate)
        {
            if (Fault is not null)
            {
                return;
            }

            Assert.True(sequence == LastSequence + 1 || LastSequence == 0, $"Sequence {sequence} follows {LastSequence}.");
            staged.Add(new HeldRecord(sequence, systemTime, record.ToArray()));
            LastSequence = sequence;
        }

        if (!logs.IsHeld)
        {
            Flush();
        }
    }

    public ValueTask WhenDurableAsync(long sequence, CancellationToken cancellationToken)
    {
        TaskCompletionSource source;
        lock (gate)
        {
            if (durableThrough >= sequence)
            {
                return ValueTask.CompletedTask;
            }

            if (Fault is { } fault)
            {
                return ValueTask.FromException(fault);
            }

            source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiters.Add((sequence, source));
        }

        return new(source.Task.WaitAsync(cancellationToken));
    }

    public ValueTask<LogPage> ReadAsync(long afterSequence, int bytesMax, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            var records = new List<ReadOnlyMemory<byte>>();
            var bytes = 0;
            foreach (var record in durable.Where(record => record.Sequence > afterSequence && record.Sequence <= durableThrough))
            {
                if (records.Count > 0 && bytes + record.Bytes.Length > bytesMax)
                {
                    return new(new LogPage(records, true));
                }

                records.Add(record.Bytes.ToArray());
                bytes += record.Bytes.Length;
            }

            return new(new LogPage(records, false));
        }
    }

    public void Trim(long sequence)
    {
        lock (gate)
        {
            durable.RemoveAll(record => record.Sequence <= sequence);
            LastSequence = Math.Max(LastSequence, sequence);
            durableThrough = Math.Max(durableThrough, sequence);
        }
    }

    public void Flush()
    {
        List<TaskCompletionSource> released;
        bool hasMoved;
        lock (gate)
        {
            hasMoved = staged.Count > 0;
            durable.AddRange(staged);
            if (staged.Count > 0)
            {
                logs.Reach(staged[^1].SystemTime);
            }

            staged.Clear();
            Volatile.Write(ref durableThrough, Math.Max(durableThrough, durable.Count == 0 ? 0 : durable[^1].Sequence));
            released = [.. waiters.Where(waiter => waiter.Sequence <= durableThrough).Select(static waiter => waiter.Source)];
            waiters.RemoveAll(waiter => waiter.Sequence <= durableThrough);
        }

        released.ForEach(static source => source.SetResult());
        if (hasMoved && logs.Listener is { } listener && listener.Hears(agent.Kind))
        {
            listener.OnDurable(agent, DurableThrough);
        }
    }

    public void Fail(Exception fault)
    {
        List<TaskCompletionSource> failed;
        lock (gate)
        {
            Fault = fault;
            staged.Clear();
            failed = [.. waiters.Select(static waiter => waiter.Source)];
            waiters.Clear();
        }

        failed.ForEach(source => source.SetException(fault));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
