using System.Collections.Concurrent;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Agents.Tests.Stores;

/// <summary>
/// Logs in memory whose flush a test can hold back, let go or let fail. What was let go outlives the process that the
/// test plays: <see cref="Restart"/> yields the logs as the next one finds them.
/// </summary>
internal sealed class HeldLogs : ICausalLogs
{
    private readonly ConcurrentDictionary<AgentId, HeldLog> open = new();
    private readonly ConcurrentDictionary<AgentId, List<HeldRecord>> durable;

    public HeldLogs()
        : this(new(), HybridTimestamp.Zero)
    {
    }

    private HeldLogs(ConcurrentDictionary<AgentId, List<HeldRecord>> durable, HybridTimestamp resumeFrom)
    {
        this.durable = durable;
        ResumeFrom = resumeFrom;
        Closed = resumeFrom;
    }

    public HybridTimestamp ResumeFrom { get; }

    public IDurableListener? Listener { get; set; }

    public HybridTimestamp Closed { get; private set; }

    /// <summary>The agents whose logs were opened.</summary>
    public IReadOnlyCollection<AgentId> Opened => [.. open.Keys];

    /// <summary>While true nothing becomes durable but by <see cref="Flush"/>.</summary>
    public bool IsHeld { get; set; }

    /// <summary>While true no agent can be dropped.</summary>
    public bool IsDropRefused { get; set; }

    /// <summary>Bytes reserved by writers and neither used nor given back.</summary>
    public long ReservedBytes => open.Values.Sum(static log => log.ReservedBytes);

    public CausalLogsStatus Status => new(open.Values.Sum(static log => log.Bytes), long.MaxValue, 0, 1, 0, true, null);

    public ValueTask<ICausalLog> OpenAsync(AgentId agent, CancellationToken cancellationToken)
    {
        var log = new HeldLog(this, agent, durable.GetOrAdd(agent, static _ => []));
        open[agent] = log;
        return new(log);
    }

    public ValueTask DropAsync(AgentId agent, CancellationToken cancellationToken)
    {
        if (IsDropRefused)
        {
            throw new TemporalException(ErrorKind.Unavailable, ErrorCodes.StorageFailed, "The drop failed.");
        }

        durable.TryRemove(agent, out _);
        open.TryRemove(agent, out _);
        return ValueTask.CompletedTask;
    }

    public ValueTask CloseAsync(HybridTimestamp instant, CancellationToken cancellationToken)
    {
        Reach(instant);
        return ValueTask.CompletedTask;
    }

    public IReadOnlyList<AgentId> AgentsToSeal() => [];

    public ValueTask<long> BeginScrubAsync(AgentId agent, CancellationToken cancellationToken) => new(0L);

    public bool IsScrubbed(AgentId agent, long mark) => true;

    /// <summary>Makes everything staged so far durable.</summary>
    public void Flush()
    {
        foreach (var log in open.Values)
        {
            log.Flush();
        }
    }

    /// <summary>Everything staged is lost, and every open handle is dead.</summary>
    public void Fail()
    {
        var fault = new TemporalException(ErrorKind.Unavailable, ErrorCodes.StorageFailed, "The flush failed.") { OutcomeUnknown = true };
        foreach (var log in open.Values)
        {
            log.Fail(fault);
        }
    }

    /// <summary>Loses durable records, as no storage should.</summary>
    public void Forget(AgentId agent, long afterSequence) => durable[agent].RemoveAll(record => record.Sequence > afterSequence);

    /// <summary>What the next process finds: only what is durable.</summary>
    public HeldLogs Restart() => new(durable, Closed);

    /// <summary>As <see cref="Restart"/>, on a disk of its own.</summary>
    public HeldLogs Copy() => new(new(durable.Select(static pair => KeyValuePair.Create(pair.Key, pair.Value.ToList()))), Closed);

    /// <summary>The bytes of a durable record, for tests that damage them.</summary>
    public byte[] BytesOf(AgentId agent, long sequence) => durable[agent].Single(record => record.Sequence == sequence).Bytes;

    /// <summary>Takes notice of a durable record.</summary>
    public void Reach(HybridTimestamp time)
    {
        lock (open)
        {
            Closed = HybridTimestamp.Max(Closed, time);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
