using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Agents;

/// <summary>
/// The notice port of one process: hears from the logs, coalesces, and hands on by posted work. Who writes a log pays one
/// entry in a table for each agent and flush, however many listen, and a volatile read when nobody does. Thread-safe.
/// </summary>
public sealed class NoticeHub : INoticeSource, IDurableListener
{
    private readonly Lock gate = new();
    private readonly IWorkScheduler scheduler;
    private readonly int agentsMax;
    private readonly NoticeQueue pending;
    private ImmutableArray<NoticeReader> readers = [];
    private int kinds;
    private bool isPosted;

    /// <summary>Makes a hub that nobody listens to.</summary>
    /// <param name="scheduler">Where listeners are told.</param>
    /// <param name="agentsMax">Agents that a listener may be behind with.</param>
    public NoticeHub(IWorkScheduler scheduler, int agentsMax = Limits.NoticeAgentsMax)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        ArgumentOutOfRangeException.ThrowIfLessThan(agentsMax, 1);
        this.scheduler = scheduler;
        this.agentsMax = agentsMax;
        pending = new NoticeQueue(agentsMax);
    }

    /// <inheritdoc/>
    public bool IsListening => Volatile.Read(ref kinds) != 0;

    /// <inheritdoc/>
    public bool Hears(AgentKind kind) => (Volatile.Read(ref kinds) & (1 << (int)kind)) != 0;

    /// <inheritdoc/>
    public void OnDurable(AgentId agent, long sequence)
    {
        lock (gate)
        {
            pending.Add(new AgentNotice(agent, sequence));
            if (isPosted)
            {
                return;
            }

            isPosted = true;
        }

        scheduler.Post(static state => ((NoticeHub)state!).HandOn(), this);
    }

    /// <inheritdoc/>
    public INoticeReader Listen(NoticeFilter filter) => Hear(filter);

    /// <inheritdoc cref="Listen"/>
    internal NoticeReader Hear(NoticeFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var reader = new NoticeReader(this, filter, scheduler, agentsMax);
        lock (gate)
        {
            readers = readers.Add(reader);
            CountKinds();
        }

        return reader;
    }

    /// <summary>Tells a listener nothing more.</summary>
    internal void Leave(NoticeReader reader)
    {
        lock (gate)
        {
            readers = readers.Remove(reader);
            CountKinds();
        }
    }

    private void CountKinds() => Volatile.Write(ref kinds, readers.Aggregate(0, static (all, reader) => all | reader.Kinds));

    private void HandOn()
    {
        NoticeBatch batch;
        ImmutableArray<NoticeReader> told;
        lock (gate)
        {
            isPosted = false;
            (batch, told) = (pending.Take(), readers);
        }

        foreach (var reader in told)
        {
            reader.Offer(batch);
        }
    }
}
