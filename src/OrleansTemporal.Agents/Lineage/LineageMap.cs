using System.Collections.Frozen;
using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Lineage;

/// <summary>The agents of a workspace that hold writes, at one state of its catalog.</summary>
/// <param name="CatalogRoot">Root of the catalog then.</param>
/// <param name="Agents">In the order of name and partition.</param>
/// <param name="ByDigest">By the digest that a write id begins with; one that two agents share leads to no agent.</param>
internal sealed record LineageMap(Distinction CatalogRoot, ImmutableArray<AgentId> Agents, FrozenDictionary<uint, AgentId> ByDigest)
{
    public static LineageMap Of(Distinction catalogRoot, ImmutableArray<AgentId> agents)
    {
        var byDigest = new Dictionary<uint, AgentId>(agents.Length);
        foreach (var agent in agents)
        {
            var digest = agent.Digest;
            byDigest[digest] = byDigest.ContainsKey(digest) ? default : agent;
        }

        return new LineageMap(catalogRoot, agents, byDigest.ToFrozenDictionary());
    }

    /// <summary>The agent that a digest stands for; null when there is none in the workspace.</summary>
    /// <exception cref="TemporalException">Invalid, <c>write_id_ambiguous</c>: two agents share the digest.</exception>
    public AgentId? Find(uint digest) => !ByDigest.TryGetValue(digest, out var agent) ? null
        : !agent.IsNone ? agent
        : throw new TemporalException(ErrorKind.Invalid, ErrorCodes.WriteIdAmbiguous, $"Two agents of this workspace have the digest {digest:x8}, so its write ids do not say which is meant.");
}
