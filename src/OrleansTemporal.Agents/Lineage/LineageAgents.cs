using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Lineage;

/// <summary>
/// Which agents of a workspace hold writes, and which of them a write id means. Read from the catalog and kept until the
/// catalog has another sequence. Thread-safe.
/// </summary>
internal sealed class LineageAgents(IAgentDirectory directory)
{
    private readonly ConcurrentDictionary<string, Known> known = new(StringComparer.Ordinal);

    /// <summary>All agents of a workspace that hold writes, as of now, in the order of name and partition.</summary>
    public async ValueTask<ImmutableArray<AgentId>> AllAsync(string workspace, CancellationToken cancellationToken) =>
        (await RefreshAsync(workspace, cancellationToken).ConfigureAwait(false)).Agents;

    /// <summary>The agent that a digest stands for; null when there is none in the workspace.</summary>
    /// <exception cref="TemporalException">Invalid, <c>write_id_ambiguous</c>: two agents share the digest.</exception>
    public async ValueTask<AgentId?> FindAsync(string workspace, uint digest, CancellationToken cancellationToken)
    {
        // Agents are only added, so what is known stays true.
        if (known.TryGetValue(workspace, out var seen) && seen.ByDigest.TryGetValue(digest, out var agent))
        {
            return Single(agent, digest);
        }

        var fresh = await RefreshAsync(workspace, cancellationToken).ConfigureAwait(false);
        return fresh.ByDigest.TryGetValue(digest, out agent) ? Single(agent, digest) : null;
    }

    public ILineageAgent Get(AgentId agent) => directory.Get<ILineageAgent>(agent);

    /// <summary>Lets go of what is remembered of a removed workspace.</summary>
    public void Forget(string workspace) => known.TryRemove(workspace, out _);

    private static AgentId Single(AgentId agent, uint digest) => !agent.IsNone
        ? agent
        : throw new TemporalException(ErrorKind.Invalid, ErrorCodes.WriteIdAmbiguous, $"Two agents of this workspace have the digest {digest:x8}, so its write ids do not say which is meant.");

    private async ValueTask<Known> RefreshAsync(string workspace, CancellationToken cancellationToken)
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
                var partitions = entry.SlotMap.IsEmpty ? 1 : SlotMap.FromBytes(entry.SlotMap.Span).PartitionCount;
                agents.AddRange(Enumerable.Range(0, partitions).Select(partition => new AgentId(workspace, entry.Kind, entry.Name, partition)));
            }

            if (entries.Length < Limits.PageCountMax)
            {
                break;
            }

            after = entries[^1].Name;
        }

        // A digest that two agents share leads to no agent.
        var byDigest = new Dictionary<uint, AgentId>(agents.Count);
        foreach (var agent in agents)
        {
            var digest = agent.Digest;
            byDigest[digest] = byDigest.ContainsKey(digest) ? default : agent;
        }

        return known[workspace] = new Known(status.Root, agents.ToImmutable(), byDigest.ToFrozenDictionary());
    }

    private sealed record Known(Distinction CatalogRoot, ImmutableArray<AgentId> Agents, FrozenDictionary<uint, AgentId> ByDigest);
}
