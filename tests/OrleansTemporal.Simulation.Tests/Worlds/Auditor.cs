using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Hosting;
using OrleansTemporal.Kv;
using static OrleansTemporal.Simulation.Tests.Worlds.ViolationException;

namespace OrleansTemporal.Simulation.Tests.Worlds;

/// <summary>
/// Looks at a database after a recovery, with no fault in the way: is every acknowledged write there, is nothing there that
/// nobody sent, is everything whole, and does every answer that was once given still hold?
/// </summary>
internal sealed partial class Auditor(TemporalDatabase database, Ledger ledger, TimeProvider time)
{
    private static readonly SlotMap Slots = SlotMap.Even(Client.Partitions);

    private readonly Dictionary<(string Namespace, string Key), List<AuditedVersion>> versions = [];

    public async Task RunAsync()
    {
        await AuditAgentAsync(Client.Whole, 0, _ => true);
        await AuditAgentAsync(Client.Buffered, 0, _ => true);
        for (var partition = 0; partition < Client.Partitions; partition++)
        {
            var mine = partition;
            await AuditAgentAsync(Client.Split, partition, key => Slots.PartitionOf(key) == mine);
        }

        foreach (var write in ledger.Writes.Where(static write => write.Status == WriteStatus.Acknowledged && write.Namespace == Client.Split))
        {
            var parts = write.Operations.Select(static operation => Slots.PartitionOf(operation.Key)).Distinct().Count();
            ThrowUnless(write.Receipts.Count == parts, $"{write} touches {parts} partitions and got {write.Receipts.Count} receipts");
        }

        foreach (var ((ns, key), known) in versions)
        {
            await AuditKeyAsync(ns, key, known);
        }

        await AuditListsAsync();
        AuditAnswers();
        await AuditStatsAsync();
        foreach (var report in await database.Agents.VerifyAsync(CallContext.Local, Client.Workspace, CancellationToken.None))
        {
            ThrowUnless(report.Fault is null, $"verification of {report.Agent}: {report.Fault}");
        }
    }

    private async Task AuditAgentAsync(string ns, int partition, Func<string, bool> isMine)
    {
        var id = new AgentId(Client.Workspace, AgentKind.Kv, ns, partition);
        var agent = database.Directory.Get<IStorageAgent>(id);
        var deltas = await ReadAsync(agent, id);
        var roots = ledger.RootsOf(id);
        ThrowUnless(deltas.Count >= roots.Count, $"{id} had {roots.Count} deltas at an earlier audit and has {deltas.Count} now");
        for (var i = 0; i < roots.Count; i++)
        {
            ThrowUnless(deltas[i].Root == roots[i], $"delta {i + 1} of {id} is another one than at an earlier audit");
        }

        roots.AddRange(deltas.Skip(roots.Count).Select(static delta => delta.Root));
        var byWrite = new Dictionary<int, AuditedDelta>();
        foreach (var delta in deltas)
        {
            if (delta.IsCleanUp)
            {
                AuditCleanUp(id, delta);
                continue;
            }

            ThrowUnless(byWrite.TryAdd(delta.Write, delta), $"write {delta.Write} is in {id} twice, at {byWrite[delta.Write].Sequence} and {delta.Sequence}");
            AuditDelta(id, delta, isMine);
            Remember(ns, id.Digest, delta);
        }

        foreach (var write in ledger.Writes)
        {
            if (write.Receipts.TryGetValue(id, out var receipt))
            {
                ThrowUnless(byWrite.TryGetValue(write.Id, out var delta), $"{write} was acknowledged as delta {receipt.Sequence} of {id} and is lost; {id} has {deltas.Count} deltas");
                ThrowUnless(
                    (delta!.Sequence, delta.SystemTime, delta.Root) == (receipt.Sequence, receipt.SystemTime, receipt.Root), $"{write} is not what its receipt says: {delta} {receipt}");
            }
        }

        var status = await agent.GetStatusAsync(CancellationToken.None);
        ThrowUnless(status.Sequence == deltas.Count && (deltas.Count == 0 || status.Root == deltas[^1].Root), $"{id} says {status} and has {deltas.Count} deltas");
    }

    private static async Task<List<AuditedDelta>> ReadAsync(IStorageAgent agent, AgentId id)
    {
        var deltas = new List<AuditedDelta>();
        var position = ChainPosition.Genesis(id);
        while (true)
        {
            var page = await agent.ReadDeltasAsync(position.Sequence, Limits.DeltaPageMax, CancellationToken.None);
            foreach (var record in page.Records)
            {
                var delta = DeltaRecord.Read(record);
                position = RootChain.Advance(position, delta);
                deltas.Add(AuditedDelta.Read(delta, position.Root));
            }

            if (!page.HasMore)
            {
                return deltas;
            }
        }
    }

    private void AuditDelta(AgentId id, AuditedDelta delta, Func<string, bool> isMine)
    {
        ThrowUnless(delta.Write < ledger.Writes.Count, $"delta {delta.Sequence} of {id} was sent by nobody");
        var write = ledger.Writes[delta.Write];
        ThrowUnless(write.Namespace == id.Name, $"{write} is in {id}");
        ThrowUnless(write.Status != WriteStatus.Refused, $"{write} was refused and is delta {delta.Sequence} of {id}");
        var sent = write.Operations.Where(operation => isMine(operation.Key))
            .Select(operation => (operation.Kind, operation.Key, Encoding.UTF8.GetString(operation.Value.Span), KvExpiry.EndOf(delta.SystemTime, operation.TimeToLive)));
        ThrowUnless(sent.SequenceEqual(delta.Operations), $"{write} is not whole or not itself in delta {delta.Sequence} of {id}");
    }

    private void Remember(string ns, uint digest, AuditedDelta delta)
    {
        for (var i = 0; i < delta.Operations.Count; i++)
        {
            var (kind, key, value, end) = delta.Operations[i];
            if (!versions.TryGetValue((ns, key), out var known))
            {
                versions[(ns, key)] = known = [];
            }

            known.Add(new AuditedVersion(new WriteId(digest, delta.Sequence, (ushort)i), delta.SystemTime, kind == KvOperationKind.Put ? value : null, end));
        }
    }

    private async Task AuditKeyAsync(string ns, string key, List<AuditedVersion> known)
    {
        var query = new KvHistoryQuery { Key = key, Ascending = true, Limit = Limits.PageCountMax };
        var before = database.SystemTime;
        var history = await database.KvService.GetHistoryAsync(CallContext.Local, Client.Workspace, ns, query, CancellationToken.None);
        var shown = history.Versions.Select(static version => new AuditedVersion(
            version.WriteId, version.SystemTime, version.IsDeleted ? null : Encoding.UTF8.GetString(version.Value.Span), version.ExpiresAt)).ToArray();
        var hasEnded = shown.Length > 0 && KvExpiry.IsTombstone(shown[^1].Id);
        ThrowUnless(HistoryOf(known, hasEnded).SequenceEqual(shown), $"the history of {ns}/{key} is not what the log says");
        ThrowUnless(hasEnded || known[^1].Value is null || !(known[^1].ExpiresAt <= before), $"the history of {ns}/{key} does not end with its value");
        var latest = (await database.KvService.GetAsync(CallContext.Local, Client.Workspace, ns, key, AsOf.Latest, CancellationToken.None)).Version;
        var isOver = latest is null && known[^1].ExpiresAt <= Now;
        ThrowUnless(isOver || latest?.WriteId == (known[^1].Value is null ? null : known[^1].Id), $"{ns}/{key} is {latest?.WriteId}, the log ends with {known[^1]}");
        ThrowUnless(!hasEnded || latest is null, $"{ns}/{key} is {latest?.WriteId} after its history has ended");
    }

    private async Task AuditListsAsync()
    {
        foreach (var ns in new[] { Client.Whole, Client.Split, Client.Buffered })
        {
            var page = await database.KvService.ListAsync(CallContext.Local, Client.Workspace, ns, new KvListQuery { Limit = Limits.PageCountMax }, CancellationToken.None);
            var expected = versions.Where(pair => pair.Key.Namespace == ns && pair.Value[^1].IsLiveAt(page.AsOf))
                .OrderBy(static pair => pair.Key.Key, StringComparer.Ordinal).Select(static pair => (pair.Key.Key, pair.Value[^1].Id));
            ThrowUnless(expected.SequenceEqual(page.Entries.Select(static entry => (entry.Key, entry.WriteId))), $"the list of {ns} is not what the log says");
        }
    }

    private void AuditAnswers()
    {
        foreach (var (ns, key, version) in ledger.Seen)
        {
            ThrowUnless(versions.TryGetValue((ns, key), out var known) && known.Exists(found => found.Id == KvExpiry.ValueOf(version)), $"{ns}/{key} {version} was shown to somebody and is gone");
        }

        foreach (var (ns, key, time, answer) in ledger.Answers)
        {
            var found = versions.TryGetValue((ns, key), out var known) ? known.LastOrDefault(version => version.Time <= time) : null;
            var now = found?.IsLiveAt(time) == true ? found.Id : WriteId.None;
            ThrowUnless(now == answer, $"{ns}/{key} as of {time} was answered with {answer} and is {now} now");
        }
    }
}
