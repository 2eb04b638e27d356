using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Agents.Tests.Lineage;

/// <summary>What lineage is, in plain lists and sets: every write ever acknowledged, with its causes and what its value refers to.</summary>
internal sealed class LineageModel
{
    private readonly List<Write> writes = [];

    public IReadOnlyList<Write> Writes => writes;

    public void Accept(string ns, KvWriteResult result, ImmutableArray<WriteId> causes, IReadOnlyList<string[]?> references)
    {
        for (var i = 0; i < result.Outcomes.Length; i++)
        {
            var outcome = result.Outcomes[i];
            writes.Add(new Write(outcome.WriteId, result.Receipt.Agent, $"{ns}/{outcome.Key}", result.Receipt.SystemTime, [.. causes], references[i]));
        }
    }

    public IEnumerable<Write> At(HybridTimestamp time) => writes.Where(write => write.Time <= time);

    public Write Find(WriteId id) => writes.First(write => write.Id == id);

    public HashSet<WriteId> CausesOf(WriteId id) => Find(id).Causes;

    public HashSet<WriteId> EffectsOf(WriteId id, HybridTimestamp time) => [.. At(time).Where(write => write.Causes.Contains(id)).Select(static write => write.Id)];

    /// <summary>Distance of every node that can be reached, starts included.</summary>
    public static Dictionary<TNode, int> Distances<TNode>(IEnumerable<TNode> starts, Func<TNode, IEnumerable<TNode>> next, int depth = int.MaxValue)
        where TNode : notnull
    {
        var found = starts.Distinct().ToDictionary(static node => node, static _ => 0);
        for (var distance = 0; distance < depth; distance++)
        {
            var fresh = found.Keys.ToArray().SelectMany(next).Where(node => !found.ContainsKey(node)).Distinct().ToArray();
            if (fresh.Length == 0)
            {
                break;
            }

            foreach (var node in fresh)
            {
                found[node] = distance + 1;
            }
        }

        return found;
    }

    /// <summary>The live version of every document.</summary>
    public Dictionary<string, Write> LiveAt(HybridTimestamp time) => At(time)
        .GroupBy(static write => write.Document)
        .Select(static group => group.OrderBy(static write => write.Time).ThenBy(static write => write.Id.Ordinal).Last())
        .Where(static write => write.References is not null)
        .ToDictionary(static write => write.Document);

    /// <summary>The order that answers have: system time, agent, sequence, ordinal.</summary>
    public IEnumerable<WriteId> InOrder(IEnumerable<WriteId> ids) => ids.Select(Find)
        .OrderBy(static write => write.Time)
        .ThenBy(static write => write.Agent.ToString(), StringComparer.Ordinal)
        .ThenBy(static write => write.Id.Sequence)
        .ThenBy(static write => write.Id.Ordinal)
        .Select(static write => write.Id);

    /// <param name="References">Documents that the value refers to; null for a tombstone.</param>
    internal sealed record Write(WriteId Id, AgentId Agent, string Document, HybridTimestamp Time, HashSet<WriteId> Causes, string[]? References);
}
