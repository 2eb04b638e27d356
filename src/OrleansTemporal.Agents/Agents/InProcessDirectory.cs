using System.Collections.Concurrent;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Agents;

/// <summary>The directory of one process: makes an agent on first use and keeps it. Thread-safe.</summary>
public sealed class InProcessDirectory(AgentServices services) : IAgentDirectory, IAsyncDisposable
{
    private readonly ConcurrentDictionary<AgentId, Lazy<IHostedAgent>> agents = new();

    /// <summary>The agents that were asked for so far.</summary>
    public IEnumerable<IHostedAgent> Agents => agents.Values.Select(static agent => agent.Value);

    /// <inheritdoc/>
    public TAgent Get<TAgent>(AgentId id)
        where TAgent : class, IAgent =>
        (TAgent)GetHosted(id);

    /// <summary>The agent as its host sees it.</summary>
    public IHostedAgent GetHosted(AgentId id) =>
        agents.GetOrAdd(id, static (key, parts) => new Lazy<IHostedAgent>(() => Create(key, parts)), services).Value;

    /// <summary>Closes the agents of a workspace and forgets them.</summary>
    public async ValueTask RemoveAsync(string workspace)
    {
        foreach (var id in agents.Keys.Where(id => id.Workspace == workspace))
        {
            if (agents.TryRemove(id, out var agent))
            {
                await agent.Value.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var agent in Agents)
        {
            await agent.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static IHostedAgent Create(AgentId id, AgentServices services) => id.Kind switch
    {
        AgentKind.Kv => new StorageAgent(id, services),
        AgentKind.Catalog or AgentKind.Workspaces => new CatalogAgent(id, services),
        _ => throw new ArgumentOutOfRangeException(nameof(id), id, "No agent of this kind runs here."),
    };
}
