using System.Collections.Concurrent;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Operations;

/// <summary>
/// Remembers the long-running operations of this process, the newest <see cref="OperationsMax"/> of them, and knows whom to ask
/// for those of others.
/// </summary>
/// <param name="access">Who may see them.</param>
/// <param name="elsewhere">Finds one that another process has begun; null where there is no other.</param>
public sealed class OperationService(AccessGate access, Func<string, string, CancellationToken, ValueTask<OperationInfo?>>? elsewhere = null)
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
        return Find(workspace, id) ?? (elsewhere is null ? null : await elsewhere(workspace, id, cancellationToken).ConfigureAwait(false));
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
        order.Enqueue((workspace, info.Id));
        while (order.Count > OperationsMax && order.TryDequeue(out var oldest))
        {
            operations.TryRemove(oldest, out _);
        }

        return info;
    }

    /// <summary>Records how far an operation is.</summary>
    internal void Report(OperationInfo info) => operations[(info.Workspace, info.Id)] = info;
}
