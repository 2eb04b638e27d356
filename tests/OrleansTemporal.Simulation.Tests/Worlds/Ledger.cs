using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Simulation.Tests.Worlds;

/// <summary>All that the clients of a world have sent and been told, over all lives of the process.</summary>
internal sealed class Ledger
{
    private readonly List<LedgerWrite> writes = [];
    private readonly Dictionary<(string Namespace, string Key), WriteId> floors = [];
    private readonly List<(string Namespace, string Key, HybridTimestamp Time, WriteId Answer)> answers = [];
    private readonly HashSet<(string Namespace, string Key, WriteId Version)> seen = [];
    private readonly Dictionary<AgentId, List<Distinction>> audited = [];

    public IReadOnlyList<LedgerWrite> Writes => writes;

    /// <summary>What was answered as of a moment.</summary>
    public IReadOnlyList<(string Namespace, string Key, HybridTimestamp Time, WriteId Answer)> Answers => answers;

    /// <summary>Versions that some answer has shown or rested on.</summary>
    public IReadOnlyCollection<(string Namespace, string Key, WriteId Version)> Seen => seen;

    public LedgerWrite Begin(string ns, ImmutableArray<KvOperation> operations, bool isRepeatable)
    {
        var write = new LedgerWrite(writes.Count, ns, operations, isRepeatable ? $"key {writes.Count}" : null);
        writes.Add(write);
        return write;
    }

    public void Acknowledge(LedgerWrite write, IEnumerable<KvWriteResult> results)
    {
        write.Status = WriteStatus.Acknowledged;
        foreach (var result in results)
        {
            if (write.Receipts.TryGetValue(result.Receipt.Agent, out var earlier))
            {
                ViolationException.ThrowUnless(earlier == result.Receipt, $"{write} got two receipts: {earlier} and {result.Receipt}");
            }

            write.Receipts[result.Receipt.Agent] = result.Receipt;
            foreach (var outcome in result.Outcomes)
            {
                Raise(write.Namespace, outcome.Key, outcome.WriteId);
            }
        }
    }

    /// <summary>The newest version of a key that somebody was told of: a later read may not show an older one.</summary>
    public WriteId FloorOf(string ns, string key) => floors.GetValueOrDefault((ns, key));

    public void See(string ns, string key, WriteId version)
    {
        seen.Add((ns, key, version));
        Raise(ns, key, version);
    }

    public void Answer(string ns, string key, HybridTimestamp time, WriteId answer) => answers.Add((ns, key, time, answer));

    /// <summary>The roots that the audit of an agent found before; what was found once stays.</summary>
    public List<Distinction> RootsOf(AgentId agent)
    {
        if (!audited.TryGetValue(agent, out var roots))
        {
            audited[agent] = roots = [];
        }

        return roots;
    }

    private void Raise(string ns, string key, WriteId version)
    {
        var floor = FloorOf(ns, key);
        if ((version.Sequence, version.Ordinal).CompareTo((floor.Sequence, floor.Ordinal)) > 0)
        {
            floors[(ns, key)] = version;
        }
    }
}
