using System.Buffers.Binary;
using System.Collections.Concurrent;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging;
using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Azure.Blobs;
using OrleansTemporal.Storage.Hosting;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Azure.Logs;

/// <summary>
/// The causal logs of a process in append blobs, one for each epoch of each agent (docs/formats/azure-log.md). Several
/// processes may use one container: an agent belongs to whoever has opened it last. Thread-safe.
/// </summary>
public sealed partial class AzureCausalLogs : ICausalLogs
{
    private static readonly TimeSpan CloseWaitInTrouble = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<AgentId, AzureCausalLog> open = new();
    private readonly ConcurrentDictionary<AgentId, ulong> held = new();
    private readonly TurnGate opening;
    private readonly LogTakeover takeover;
    private readonly ClockCeiling ceiling;
    private readonly ILogger logger;
    private readonly Action<Span<byte>> random;
    private long appendCount;
    private volatile bool hasCloseTimedOut;
    private volatile bool isClosing;

    private AzureCausalLogs(
        IAppendBlobs blobs,
        IObjectStore objects,
        IWorkScheduler scheduler,
        TimeProvider time,
        Action<Span<byte>> random,
        AzureLogOptions options,
        ILogger logger)
    {
        (Blobs, Scheduler, Time, Options) = (blobs, scheduler, time, options);
        (this.random, this.logger) = (random, logger);
        Retry = new BlobRetry(time, options.GiveUpAfter);
        Patient = new BlobRetry(time, TimeSpan.MaxValue);
        Room = new LogRoom(scheduler, time, options);
        Appender = new BlockAppender(blobs, Patient, time);
        Maker = new BlobMaker(blobs, Patient, Appender);
        var appender = new BlockAppender(blobs, Retry, time);
        takeover = new LogTakeover(new ChainReader(blobs, Retry), appender, new BlobMaker(blobs, Retry, appender), time, options);
        ceiling = new ClockCeiling(objects, scheduler, options.CeilingSlack);
        opening = new TurnGate(scheduler);
    }

    /// <inheritdoc/>
    public bool AreShared => true;

    /// <inheritdoc/>
    public HybridTimestamp ResumeFrom { get; private set; }

    /// <inheritdoc/>
    public CausalLogsStatus Status
    {
        get
        {
            var trouble = Patient.Trouble ?? Retry.Trouble;
            return new CausalLogsStatus(
                Room.UnsealedBytes,
                Options.LogBytesMax,
                Room.PendingBytes,
                open.Values.Sum(static log => log.BlobCount),
                Interlocked.Read(ref appendCount),
                trouble is null && !isClosing,
                trouble);
        }
    }

    /// <inheritdoc/>
    public IDurableListener? Listener { get; set; }

    internal IAppendBlobs Blobs { get; }

    internal IWorkScheduler Scheduler { get; }

    internal TimeProvider Time { get; }

    internal AzureLogOptions Options { get; }

    internal LogRoom Room { get; }

    internal BlockAppender Appender { get; }

    internal BlobMaker Maker { get; }

    /// <summary>For what somebody waits for.</summary>
    internal BlobRetry Retry { get; }

    /// <summary>For what must be known before anything else can happen.</summary>
    internal BlobRetry Patient { get; }

    // When one log could not be closed because the service does not answer, the others would only make the process wait.
    internal TimeSpan CloseWait => hasCloseTimedOut ? CloseWaitInTrouble : Options.CloseWait;

    /// <summary>Opens the logs of a container that exists.</summary>
    /// <param name="container">Its client; with retries of its own switched off.</param>
    /// <param name="objects">Where the clock's ceiling is kept: objects of the same container.</param>
    /// <param name="scheduler">Where appends and those who wait for them go on.</param>
    /// <param name="time">For leases and pauses.</param>
    /// <param name="random">For claims; thread-safe, and different in every process.</param>
    /// <param name="options">Validated here.</param>
    /// <param name="logger">Where what happened is written.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="Errors.TemporalException">Unavailable, <c>storage_failed</c>; Corrupt.</exception>
    public static ValueTask<AzureCausalLogs> OpenAsync(
        BlobContainerClient container,
        IObjectStore objects,
        IWorkScheduler scheduler,
        TimeProvider time,
        Action<Span<byte>> random,
        AzureLogOptions options,
        ILogger<AzureCausalLogs> logger,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(container);
        return OpenAsync(new AzureAppendBlobs(container), objects, scheduler, time, random, options, logger, cancellationToken);
    }

    internal static async ValueTask<AzureCausalLogs> OpenAsync(
        IAppendBlobs blobs,
        IObjectStore objects,
        IWorkScheduler scheduler,
        TimeProvider time,
        Action<Span<byte>> random,
        AzureLogOptions options,
        ILogger logger,
        CancellationToken cancellationToken)
    {
        options.Validate();
        var logs = new AzureCausalLogs(blobs, objects, scheduler, time, random, options, logger);
        logs.ResumeFrom = await logs.ceiling.ReadAsync(cancellationToken).ConfigureAwait(false);
        return logs;
    }

    /// <summary>Takes the agent over: whoever owned it before can write nothing any more. Takes as long as their lease, unless they have stopped in good order.</summary>
    /// <inheritdoc/>
    public async ValueTask<ICausalLog> OpenAsync(AgentId agent, CancellationToken cancellationToken)
    {
        ThrowIfClosing(agent);
        if (open.TryRemove(agent, out var before))
        {
            before.Kill(LogErrors.TakenOver(agent));
        }

        held.TryGetValue(agent, out var ownEpoch);
        ownEpoch = Math.Max(ownEpoch, before?.Epoch ?? 0);
        var claim = NextClaim();
        var chain = await takeover.TakeAsync(agent, claim, ownEpoch, cancellationToken).ConfigureAwait(false);
        var resumeFrom = HybridTimestamp.Max(chain.Time, await ceiling.ReadAsync(cancellationToken).ConfigureAwait(false));
        var log = new AzureCausalLog(this, agent, chain, claim, resumeFrom);
        open[agent] = log;
        LogOpened(agent.ToString(), log.Epoch, chain.LastSequence, chain.Blobs.Count);
        return log;
    }

    /// <inheritdoc/>
    public async ValueTask DropAsync(AgentId agent, CancellationToken cancellationToken)
    {
        if (open.TryRemove(agent, out var log))
        {
            log.Kill(LogErrors.Dropped(agent));
        }

        held.TryRemove(agent, out _);
        foreach (var blob in await Retry.RunAsync(token => Blobs.ListAsync(LogPaths.PrefixOf(agent), token), cancellationToken).ConfigureAwait(false))
        {
            await Retry.RunAsync(
                async token =>
                {
                    await Blobs.DeleteAsync(blob.Path, token).ConfigureAwait(false);
                    return true;
                },
                cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public ValueTask CloseAsync(HybridTimestamp instant, CancellationToken cancellationToken) => ceiling.RaiseAsync(instant, cancellationToken);

    /// <summary>The agents whose logs have many blocks, hold back what is to be removed, or are the largest while all together are large.</summary>
    public IReadOnlyList<AgentId> AgentsToSeal()
    {
        var due = open.Values.Where(static log => log.IsSealDue).Select(static log => log.Agent).ToList();
        if (due.Count == 0 && Room.UnsealedBytes > Options.LogBytesMax / 2 && open.Values.MaxBy(static log => log.Bytes) is { } largest)
        {
            due.Add(largest.Agent);
        }

        due.Sort(static (left, right) => string.CompareOrdinal(left.ToString(), right.ToString()));
        return due;
    }

    /// <inheritdoc/>
    public async ValueTask<long> BeginScrubAsync(AgentId agent, CancellationToken cancellationToken) =>
        open.TryGetValue(agent, out var log)
            ? (long)await log.BeginScrubAsync(cancellationToken).ConfigureAwait(false)
            : throw LogErrors.Stopping(agent);

    /// <inheritdoc/>
    public bool IsScrubbed(AgentId agent, long mark) => open.TryGetValue(agent, out var log) && log.IsRemovedBelow((ulong)mark);

    /// <summary>Finishes what is staged and gives every agent up.</summary>
    public async ValueTask DisposeAsync()
    {
        isClosing = true;
        Room.Close();
        foreach (var log in open.Values)
        {
            await log.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>A claim that nobody else makes.</summary>
    internal UInt128 NextClaim()
    {
        Span<byte> bytes = stackalloc byte[16];
        random(bytes);
        return BinaryPrimitives.ReadUInt128LittleEndian(bytes);
    }

    internal void Appended() => Interlocked.Increment(ref appendCount);

    internal void CloseTimedOut(AgentId agent)
    {
        hasCloseTimedOut = true;
        LogNotClosed(agent.ToString());
    }

    /// <summary>A handle is closed; this process answered for the agent up to its epoch, and does no more.</summary>
    internal void Leave(AzureCausalLog log)
    {
        held[log.Agent] = log.Epoch;
        open.TryRemove(KeyValuePair.Create(log.Agent, log));
    }

    private void ThrowIfClosing(AgentId agent)
    {
        if (isClosing)
        {
            throw LogErrors.Stopping(agent);
        }
    }
}
