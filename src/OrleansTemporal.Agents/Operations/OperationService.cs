using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Operations;

/// <summary>
/// Remembers the long-running operations of this process, the newest <see cref="OperationsMax"/> of them, and knows whom to ask
/// for those of others. One that was asked for with an idempotency key is written down by a lifecycle agent, too, before it
/// runs: the request that comes again finds it through a restart, and goes on with it when the process that ran it has gone.
/// </summary>
/// <param name="access">Who may see them.</param>
/// <param name="directory">Where the lifecycle agents are.</param>
/// <param name="elsewhere">Finds one that another process has begun; null where there is no other.</param>
public sealed partial class OperationService(AccessGate access, IAgentDirectory directory, Func<string, string, CancellationToken, ValueTask<OperationInfo?>>? elsewhere = null)
{
    /// <summary>Operations remembered.</summary>
    public const int OperationsMax = 1_000;

    private readonly ConcurrentDictionary<(string Workspace, string Id), OperationInfo> operations = new();
    private readonly ConcurrentQueue<(string Workspace, string Id)> order = new();
    private long counter;

    /// <summary>An operation as it stands, or null.</summary>
    public async ValueTask<OperationInfo?> GetAsync(CallContext call, string workspace, string id, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Lifecycle, id), Verb.Read, cancellationToken).ConfigureAwait(false);
        return await FindRunningAsync(workspace, id, cancellationToken).ConfigureAwait(false)
            ?? await FindWrittenAsync(workspace, id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>An operation that this process has begun, or null; for hosts, which have asked who may see it.</summary>
    public OperationInfo? Find(string workspace, string id) => operations.GetValueOrDefault((workspace, id));

    /// <summary>Registers an operation that is about to run.</summary>
    internal OperationInfo Start(string workspace, string process, HybridTimestamp now)
    {
        var info = new OperationInfo
        {
            Id = $"{process}-{now.Value:x16}-{Interlocked.Increment(ref counter)}",
            Workspace = workspace,
            Process = process,
            Status = OperationStatus.Running,
            Progress = 0,
        };
        operations[(workspace, info.Id)] = info;
        Enqueue(info);
        return info;
    }

    /// <summary>Records how far an operation is.</summary>
    internal void Report(OperationInfo info) => operations[(info.Workspace, info.Id)] = info;

    /// <summary>
    /// Registers an operation that is about to run, or finds the one that an earlier request with the same key has begun. Costs
    /// a durable write when a key came with it.
    /// </summary>
    /// <exception cref="TemporalException">Invalid, <c>idempotency_key_reused</c>; what <see cref="OperationRequest.Check"/> refuses.</exception>
    internal async ValueTask<StartedOperation> StartAsync(OperationRequest request, HybridTimestamp now, CancellationToken cancellationToken)
    {
        if (request.Stamp is not { } stamp)
        {
            await CheckAsync(request).ConfigureAwait(false);
            return new StartedOperation(Start(request.Workspace, request.Process, now), IsOurs: true, default);
        }

        var ledger = await OperationLedgers.EnsureAsync(directory, request, cancellationToken).ConfigureAwait(false);
        var agent = directory.Get<ILifecycleAgent>(ledger);
        if (await agent.RecognizeOperationAsync(stamp, cancellationToken).ConfigureAwait(false) is { } known)
        {
            return await ResumeAsync(request, stamp, known, ledger, cancellationToken).ConfigureAwait(false);
        }

        await CheckAsync(request).ConfigureAwait(false);

        // Whoever finds the record must find the operation, so it is registered before it is written down.
        var info = Start(request.Workspace, request.Process, now);
        var record = await BeginAsync(agent, new OperationOrder { Id = info.Id, Process = info.Process, Workspace = info.Workspace, Stamp = stamp, Actor = request.Actor }, info, cancellationToken).ConfigureAwait(false);
        if (record.IsNew)
        {
            return new StartedOperation(info, IsOurs: true, ledger);
        }

        Forget(info);
        return await ResumeAsync(request, stamp, record, ledger, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lets go of an operation that could not be run after all; a request that comes again takes it up.</summary>
    internal void Forget(OperationInfo info) => operations.TryRemove((info.Workspace, info.Id), out _);

    /// <summary>
    /// Records that an operation has ended, durably when it was asked for with a key. Never fails: what can not be written down is
    /// logged, and the operation runs once more when it is asked for again after a restart.
    /// </summary>
    /// <param name="started">What was started.</param>
    /// <param name="ended">How it stands at its end.</param>
    /// <param name="isCutShort">True when it could not be done for now, so that whoever asks again has it go on.</param>
    /// <param name="logger">Where it is logged.</param>
    internal async ValueTask EndAsync(StartedOperation started, OperationInfo ended, bool isCutShort, ILogger logger)
    {
        try
        {
            if (!started.Ledger.IsNone && !isCutShort)
            {
                await directory.Get<ILifecycleAgent>(started.Ledger).EndOperationAsync(ended.Id, OperationOutcome.Write(ended), CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception failure)
        {
            LogNotWritten(logger, ended.Id, ended.Workspace, failure);
        }
        finally
        {
            Report(ended);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What operation {Operation} of workspace {Workspace} came to could not be written down")]
    private static partial void LogNotWritten(ILogger logger, string operation, string workspace, Exception failure);

    private static ValueTask CheckAsync(OperationRequest request) => request.Check is { } check ? check() : default;

    private async ValueTask<OperationInfo?> FindRunningAsync(string workspace, string id, CancellationToken cancellationToken) =>
        Find(workspace, id) ?? (elsewhere is null ? null : await elsewhere(workspace, id, cancellationToken).ConfigureAwait(false));

    private async ValueTask<OperationInfo?> FindWrittenAsync(string workspace, string id, CancellationToken cancellationToken)
    {
        if (!Names.IsValid(id) || await OperationLedgers.FindAsync(directory, workspace, id, cancellationToken).ConfigureAwait(false) is not { Process: not OperationLedgers.DataKeyProcess } record)
        {
            return null;
        }

        return !record.Outcome.IsEmpty ? OperationOutcome.Read(workspace, record) : Running(workspace, record) with
        {
            Status = OperationStatus.Failed,
            Fault = "The process that ran it has ended. The same request with the same Idempotency-Key has it go on.",
        };
    }

    private async ValueTask<StartedOperation> ResumeAsync(OperationRequest request, OperationStamp stamp, OperationRecord known, AgentId ledger, CancellationToken cancellationToken)
    {
        if (await FindRunningAsync(request.Workspace, known.Id, cancellationToken).ConfigureAwait(false) is { } present)
        {
            return new StartedOperation(present, IsOurs: false, ledger);
        }

        if (!known.Outcome.IsEmpty)
        {
            return new StartedOperation(OperationOutcome.Read(request.Workspace, known), IsOurs: false, ledger);
        }

        var info = Running(request.Workspace, known);
        if (!operations.TryAdd((request.Workspace, info.Id), info))
        {
            return new StartedOperation(Find(request.Workspace, info.Id) ?? info, IsOurs: false, ledger);
        }

        Enqueue(info);
        var going = new OperationOrder { Id = known.Id, Process = known.Process, Workspace = known.Workspace, Stamp = stamp, TakesOver = known.Sequence, Actor = request.Actor };
        var record = await BeginAsync(directory.Get<ILifecycleAgent>(ledger), going, info, cancellationToken).ConfigureAwait(false);
        if (record.IsNew)
        {
            return new StartedOperation(info, IsOurs: true, ledger);
        }

        // Another process was faster.
        Forget(info);
        return new StartedOperation(record.Outcome.IsEmpty ? info : OperationOutcome.Read(request.Workspace, record), IsOurs: false, ledger);
    }

    private async ValueTask<OperationRecord> BeginAsync(ILifecycleAgent agent, OperationOrder written, OperationInfo info, CancellationToken cancellationToken)
    {
        try
        {
            return await agent.BeginOperationAsync(written, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Forget(info);
            throw;
        }
    }

    private void Enqueue(OperationInfo info)
    {
        order.Enqueue((info.Workspace, info.Id));
        while (order.Count > OperationsMax && order.TryDequeue(out var oldest))
        {
            operations.TryRemove(oldest, out _);
        }
    }

    private static OperationInfo Running(string workspace, OperationRecord record) => new()
    {
        Id = record.Id,
        Workspace = workspace,
        Process = record.Process,
        Status = OperationStatus.Running,
        Progress = 0,
    };
}
