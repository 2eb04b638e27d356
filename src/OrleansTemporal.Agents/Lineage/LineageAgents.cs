using System.Collections.Concurrent;
using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Lineage;

/// <summary>Maps of workspaces, read from the catalog and kept until the catalog has another root. Thread-safe.</summary>
internal sealed class LineageAgents(IAgentDirectory directory)
{
    private readonly ConcurrentDictionary<string, LineageMap> known = new(StringComparer.Ordinal);

    /// <summary>The agents of a workspace as of now. Cost: one question to the catalog when nothing has changed.</summary>
    public async ValueTask<LineageMap> ReadAsync(string workspace, CancellationToken cancellationToken)
    {
        var catalog = directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace));
        var status = await catalog.GetStatusAsync(cancellationToken).ConfigureAwait(false);
        if (known.TryGetValue(workspace, out var seen) && seen.CatalogRoot == status.Root)
        {
            return seen;
        }

        var agents = ImmutableArray.CreateBuilder<AgentId>();
        string? after = null;
        while (true)
        {
            var entries = await catalog.ListAsync(AgentKind.Kv, after, Limits.PageCountMax, cancellationToken).ConfigureAwait(false);
            foreach (var entry in entries)
            {
                agents.AddRange(Enumerable.Range(0, Kv.KvPlacement.Of(entry).AgentCount).Select(partition => new AgentId(workspace, entry.Kind, entry.Name, partition)));
            }

            if (entries.Length < Limits.PageCountMax)
            {
                break;
            }

            after = entries[^1].Name;
        }

        return known[workspace] = LineageMap.Of(status.Root, agents.ToImmutable());
    }

    public ILineageAgent Get(AgentId agent) => directory.Get<ILineageAgent>(agent);

    /// <summary>Lets go of what is remembered of a removed workspace.</summary>
    public void Forget(string workspace) => known.TryRemove(workspace, out _);
}
