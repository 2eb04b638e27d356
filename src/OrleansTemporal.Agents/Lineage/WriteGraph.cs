using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Lineage;

/// <summary>
/// The writes of a workspace as a graph, as of one moment, for one question: causes are read from the write itself, effects
/// are gathered from all agents. What was read is kept until the question is answered.
/// </summary>
internal sealed class WriteGraph(LineageAgents agents, LineageMap map, HybridTimestamp time) : ILineageGraph<WriteId>
{
    private const int AgentsAtOnce = 16;

    private readonly Dictionary<WriteId, LineageWrite> writes = [];
    private readonly Dictionary<WriteId, HybridTimestamp> times = [];
    private readonly Dictionary<uint, string> names = [];
    private long edgeCount;

    public int Compare(WriteId left, WriteId right)
    {
        var order = TimeOf(left).CompareTo(TimeOf(right));
        if (order == 0 && left.AgentDigest != right.AgentDigest)
        {
            order = string.CompareOrdinal(names[left.AgentDigest], names[right.AgentDigest]);
        }

        order = order != 0 ? order : left.Sequence.CompareTo(right.Sequence);
        return order != 0 ? order : left.Ordinal.CompareTo(right.Ordinal);
    }

    public async ValueTask<ImmutableArray<ImmutableArray<WriteId>>> ReadAsync(
        ImmutableArray<WriteId> nodes, LineageDirection direction, int neighboursMax, CancellationToken cancellationToken)
    {
        var found = nodes.Select(static _ => new HashSet<WriteId>()).ToArray();
        if ((direction & LineageDirection.Causes) != 0)
        {
            await LoadAsync(nodes, cancellationToken).ConfigureAwait(false);
            await LoadAsync(nodes.SelectMany(node => writes[node].Causes), cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < found.Length; i++)
            {
                found[i].UnionWith(writes[nodes[i]].Causes);
                Count(writes[nodes[i]].Causes.Length);
            }
        }

        if ((direction & LineageDirection.Effects) != 0)
        {
            await AddEffectsAsync(nodes, neighboursMax, found, cancellationToken).ConfigureAwait(false);
        }

        return [.. found.Select(set => set.Order(Comparer<WriteId>.Create(Compare)).Take(neighboursMax + 1).ToImmutableArray())];
    }

    /// <summary>The writes themselves, in order.</summary>
    /// <exception cref="TemporalException">NotFound, <c>write_not_found</c>.</exception>
    public async ValueTask<ImmutableArray<LineageWrite>> DescribeAsync(IEnumerable<WriteId> ids, CancellationToken cancellationToken)
    {
        var wanted = ids.ToArray();
        await LoadAsync(wanted, cancellationToken).ConfigureAwait(false);
        return [.. wanted.Select(id => writes[id])];
    }

    private HybridTimestamp TimeOf(WriteId write) => times[write];

    private async ValueTask LoadAsync(IEnumerable<WriteId> ids, CancellationToken cancellationToken)
    {
        foreach (var group in ids.Where(id => !writes.ContainsKey(id)).Distinct().GroupBy(static id => id.AgentDigest))
        {
            var first = group.First();
            var agent = Name(first);
            foreach (var batch in group.Chunk(Limits.LineageBatchMax))
            {
                var answers = await agents.Get(agent).GetWritesAsync([.. batch], AsOf.At(time), cancellationToken).ConfigureAwait(false);
                for (var i = 0; i < batch.Length; i++)
                {
                    writes[batch[i]] = answers[i] ?? throw NotFound(batch[i]);
                    times[batch[i]] = answers[i]!.SystemTime;
                }
            }
        }
    }

    private AgentId Name(WriteId id)
    {
        var agent = map.Find(id.AgentDigest) ?? throw NotFound(id);
        names[id.AgentDigest] = agent.ToString();
        return agent;
    }

    private async ValueTask AddEffectsAsync(
        ImmutableArray<WriteId> nodes, int neighboursMax, HashSet<WriteId>[] found, CancellationToken cancellationToken)
    {
        foreach (var several in map.Agents.Chunk(AgentsAtOnce))
        {
            var answers = await Task.WhenAll(several.Select(agent => EffectsInAsync(agent, nodes, neighboursMax, cancellationToken))).ConfigureAwait(false);
            for (var i = 0; i < several.Length; i++)
            {
                var digest = several[i].Digest;
                names[digest] = several[i].ToString();
                foreach (var effect in answers[i])
                {
                    for (var ordinal = 0; ordinal < effect.WriteCount && found[effect.Cause].Count <= neighboursMax; ordinal++)
                    {
                        var write = new WriteId(digest, effect.Sequence, (ushort)ordinal);
                        times[write] = effect.SystemTime;
                        found[effect.Cause].Add(write);
                        Count(1);
                    }
                }
            }
        }
    }

    private async Task<List<LineageEffect>> EffectsInAsync(AgentId agent, ImmutableArray<WriteId> nodes, int neighboursMax, CancellationToken cancellationToken)
    {
        var effects = new List<LineageEffect>();
        var query = new LineageEffectQuery { Causes = nodes, AsOf = AsOf.At(time), CountPerCauseMax = neighboursMax + 1 };
        while (true)
        {
            var page = await agents.Get(agent).GetEffectsAsync(query, cancellationToken).ConfigureAwait(false);
            effects.AddRange(page.Effects);
            if (!page.HasMore || effects.Count > Limits.LineageEdgesMax)
            {
                return effects;
            }

            var last = effects[^1];
            query = query with { FromCause = last.Cause, BeforeSequence = last.Sequence };
        }
    }

    private void Count(int edges)
    {
        edgeCount += edges;
        if (edgeCount > Limits.LineageEdgesMax)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.LineageTooLarge, $"The question would follow more than {Limits.LineageEdgesMax} edges. Ask with a smaller depth.")
            {
                Field = "depth",
                Limit = Limits.LineageEdgesMax,
            };
        }
    }

    private static TemporalException NotFound(WriteId write) =>
        new(ErrorKind.NotFound, ErrorCodes.WriteNotFound, $"No write of this workspace has the id {write}, or none had it then.") { Field = "of" };
}
