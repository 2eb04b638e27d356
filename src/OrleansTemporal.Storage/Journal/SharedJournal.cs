using Microsoft.Extensions.Logging;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Journal;

/// <summary>
/// The logs of all agents of a process in one journal on a local disk, so that thousands of agents share a flush
/// (docs/formats/journal.md). One gate guards what is staged, who waits and where records are; one group at a time is
/// written, by the journal's thread, by the only caller there is, or by posted work; no caller's code runs on the thread
/// that writes nor under the gate.
/// </summary>
public sealed partial class SharedJournal : ICausalLogs
{
    private readonly Lock gate = new();
    private readonly IFileSystem files;
    private readonly IWorkScheduler scheduler;
    private readonly FillRandom random;
    private readonly JournalOptions options;
    private readonly ILogger<SharedJournal> logger;
    private readonly WaiterPool waiters;
    private readonly Dictionary<AgentId, AgentSlot> slots = [];
    private readonly List<JournalFile> journalFiles = [];
    private readonly TimeProvider time;
    private readonly ITimer flushTimer;
    private readonly Thread? flusher;

    private uint nextOrdinal = 1;
    private bool isReadOnly;
    private bool isClosing;
    private string? fault;
    private TemporalException? damageOfUnknown;

    private SharedJournal(
        IFileSystem files, IWorkScheduler scheduler, TimeProvider time, FillRandom random, JournalOptions options, ILogger<SharedJournal> logger)
    {
        this.files = files;
        this.scheduler = scheduler;
        this.time = time;
        this.random = random;
        this.options = options;
        this.logger = logger;
        waiters = new WaiterPool(scheduler);
        staging.Reset(++lastToken);
        flushTimer = time.CreateTimer(static state => ((SharedJournal)state!).OnFlushTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (options.Driver == JournalDriver.Threaded)
        {
            flusher = new Thread(RunFlusher) { IsBackground = true, Name = "OrleansTemporal journal" };
        }
    }

    internal IWorkScheduler Scheduler => scheduler;

    /// <inheritdoc/>
    public IDurableListener? Listener { get; set; }

    /// <inheritdoc/>
    public HybridTimestamp ResumeFrom { get; private set; }

    /// <inheritdoc/>
    public CausalLogsStatus Status
    {
        get
        {
            lock (gate)
            {
                var pending = staging.RecordBytes + (inFlight?.RecordBytes ?? 0);
                return new CausalLogsStatus(usedBytes, options.JournalBytesMax, pending, journalFiles.Count, flushCount, !isReadOnly && !isClosing, fault);
            }
        }
    }

    /// <summary>Opens the journal of a data folder: reads every file of it once, then goes on behind what is durable.</summary>
    /// <param name="files">The data folder; the journal is its folder <c>journal</c>.</param>
    /// <param name="scheduler">Where callers are told that their records are durable, and where files are prepared.</param>
    /// <param name="time">For the flush of records that nobody waits for, and for waits for room.</param>
    /// <param name="random">For the salts of files.</param>
    /// <param name="options">Validated here.</param>
    /// <exception cref="TemporalException">Invalid, <c>format_too_new</c>; Unavailable, <c>storage_failed</c>, when the files can't be read. Damage in them is no exception here but at <see cref="OpenAsync(AgentId, CancellationToken)"/>, and a disk that can be read and not written makes the journal read-only.</exception>
    public static async ValueTask<SharedJournal> OpenAsync(
        IFileSystem files,
        IWorkScheduler scheduler,
        TimeProvider time,
        FillRandom random,
        JournalOptions options,
        ILogger<SharedJournal> logger,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(scheduler);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(logger);
        options.Validate();

        var journal = new SharedJournal(files, scheduler, time, random, options, logger);
        try
        {
            await journal.RecoverAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            journal.CloseFiles();
            throw;
        }

        journal.flusher?.Start();
        return journal;
    }

    /// <inheritdoc/>
    public async ValueTask<ICausalLog> OpenAsync(AgentId agent, CancellationToken cancellationToken)
    {
        while (true)
        {
            ValueTask settled;
            lock (gate)
            {
                if (isClosing)
                {
                    throw JournalErrors.Stopping();
                }

                if (!slots.TryGetValue(agent, out var slot))
                {
                    if (damageOfUnknown is { } damage)
                    {
                        throw JournalErrors.Corrupt(agent, damage);
                    }

                    slot = MakeSlot(agent);
                }

                if (slot.Damage is { } itsDamage)
                {
                    throw JournalErrors.Corrupt(agent, itsDamage);
                }

                if (!slot.IsDropping && slot.LastSequence == slot.DurableThrough)
                {
                    slot.Handle?.Kill(JournalErrors.TakenOver(agent));
                    return slot.Handle = new JournalAgentLog(this, slot);
                }

                // What an earlier handle staged is settled first, so that the new one knows where the log ends.
                settled = WaitForStaged(slot);
            }

            try
            {
                Kick();
                await settled.ConfigureAwait(false);
            }
            catch (TemporalException exception) when (exception.OutcomeUnknown)
            {
                // The writers were told; what is durable is known now.
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DropAsync(AgentId agent, CancellationToken cancellationToken)
    {
        DurableWaiter waiter;
        lock (gate)
        {
            if (WriteRefusal() is { } refusal)
            {
                throw refusal;
            }

            if (!slots.TryGetValue(agent, out var slot))
            {
                return;
            }

            slot.Handle?.Kill(JournalErrors.Dropped(agent));
            slot.IsDropping = true;
            Span<byte> header = stackalloc byte[FrameHeader.Bytes];
            FrameHeader.Write(header, FrameType.Drop, 0, 0, slot.Ordinal, (ulong)slot.LastSequence, 0);
            var index = staging.Touch(slot);
            staging.Touches[index].Drops = true;
            staging.Append(index, header, default);

            // No timer stands behind this one, so it waits for nobody.
            isFlushRequested = true;
            waiter = waiters.Take();
            staging.Waiters.Add(waiter);
        }

        Kick();
        waiter.CancelWith(cancellationToken);
        await waiter.Task.ConfigureAwait(false);
    }

    internal long FirstSequenceOf(AgentSlot slot)
    {
        lock (gate)
        {
            return slot.Extents.Count > 0 ? Math.Max(slot.Extents[0].First, slot.TrimmedThrough + 1) : slot.LastSequence + 1;
        }
    }

    internal long LastSequenceOf(AgentSlot slot)
    {
        lock (gate)
        {
            return slot.LastSequence;
        }
    }

    internal long BytesOf(AgentSlot slot)
    {
        lock (gate)
        {
            return slot.Extents.RecordBytes;
        }
    }

    /// <summary>Ends a handle; what it staged is still written.</summary>
    internal void Close(JournalAgentLog log)
    {
        lock (gate)
        {
            reservedBytes -= log.ReservedBytes;
            log.ReservedBytes = 0;
            log.ReservedCount = 0;
            log.Kill(JournalErrors.Stopping());
            if (log.Slot.Handle == log)
            {
                log.Slot.Handle = null;
                ForgetIfIdle(log.Slot);
            }

            GrantRoom();
        }
    }

    // An agent whose records are all in segments is remembered by its manifest, not here.
    private void ForgetIfIdle(AgentSlot slot)
    {
        if (slot.IsIdle)
        {
            slots.Remove(slot.Agent);
        }
    }

    private AgentSlot MakeSlot(AgentId agent)
    {
        var slot = new AgentSlot(agent, nextOrdinal++);
        slots.Add(agent, slot);
        return slot;
    }

    /// <summary>Why nothing can be written, or null. Called under the gate.</summary>
    private TemporalException? WriteRefusal() =>
        isClosing ? JournalErrors.Stopping() : isReadOnly ? JournalErrors.ReadOnly(fault) : null;
}
