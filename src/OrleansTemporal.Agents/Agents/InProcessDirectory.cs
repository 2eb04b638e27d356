using System.Collections.Concurrent;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Kv;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Operations;
using OrleansTemporal.Series;
using OrleansTemporal.Signals;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Subscriptions;
using OrleansTemporal.Timelines;
using OrleansTemporal.Vectors;
using OrleansTemporal.Views;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Agents;

/// <summary>The directory of one process: makes an agent on first use and keeps it. Thread-safe.</summary>
public sealed class InProcessDirectory(AgentServices services) : IAgentHost
{
    private readonly ConcurrentDictionary<AgentId, Entry> agents = new();
    private long count;

    /// <inheritdoc/>
    public FacadeLease Lease => FacadeLease.Forever;

    /// <inheritdoc/>
    /// <remarks>Those that were asked for so far, in the order in which they were: the same in every run.</remarks>
    public IEnumerable<IHostedAgent> Agents => agents.Values.OrderBy(static entry => entry.Ordinal).Select(static entry => entry.Agent.Value);

    /// <inheritdoc/>
    public TAgent Get<TAgent>(AgentId id)
        where TAgent : class, IAgent =>
        (TAgent)GetHosted(id);

    /// <inheritdoc/>
    public ValueTask OpenAsync(AgentId id, CancellationToken cancellationToken) => GetHosted(id).OpenAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> IsOwnedHereAsync(AgentId id, CancellationToken cancellationToken) => GetHosted(id).IsOwnedAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> MaintainAsync(AgentId id, MaintenanceBudget budget, CancellationToken cancellationToken) =>
        GetHosted(id).MaintainAsync(budget, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<OperationInfo?> FindOperationAsync(string workspace, string id, CancellationToken cancellationToken) => new((OperationInfo?)null);

    /// <inheritdoc/>
    public async ValueTask RemoveAsync(string workspace, CancellationToken cancellationToken)
    {
        foreach (var id in agents.Keys.Where(id => id.Workspace == workspace))
        {
            if (agents.TryRemove(id, out var entry))
            {
                await entry.Agent.Value.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Side by side: each may have a word to say to a store that is far away.
        var open = Agents.ToArray();
        await services.Scheduler.StartAllAsync(open.Length, index => open[index].DisposeAsync(), CancellationToken.None).ConfigureAwait(false);
    }

    private IHostedAgent GetHosted(AgentId id) =>
        agents.TryGetValue(id, out var entry) ? entry.Agent.Value : Add(id);

    private IHostedAgent Add(AgentId id) =>
        agents.GetOrAdd(id, new Entry(Interlocked.Increment(ref count), new Lazy<IHostedAgent>(() => Create(id, services with { Directory = this })))).Agent.Value;

    private static IHostedAgent Create(AgentId id, AgentServices services) => id.Kind switch
    {
        AgentKind.Kv => new StorageAgent(id, services),
        AgentKind.Series => new ChronicleAgent(id, services),
        AgentKind.Signals => new SignalLedgerAgent(id, services),
        AgentKind.Vectors => new VectorAgent(id, services),
        AgentKind.Catalog or AgentKind.Workspaces => new CatalogAgent(id, services),
        AgentKind.Lifecycle => new LifecycleAgent(id, services),
        AgentKind.Timelines => new TimelineAgent(id, services),
        AgentKind.Channels => new ChannelAgent(id, services),
        AgentKind.Subscriptions => new SubscriptionAgent(id, services),
        AgentKind.Views => new ViewAgent(id, services),
        _ => throw new ArgumentOutOfRangeException(nameof(id), id, "No agent of this kind runs here."),
    };

    private sealed record Entry(long Ordinal, Lazy<IHostedAgent> Agent);
}
