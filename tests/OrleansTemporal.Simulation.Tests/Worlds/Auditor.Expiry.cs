using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;
using static OrleansTemporal.Simulation.Tests.Worlds.ViolationException;

namespace OrleansTemporal.Simulation.Tests.Worlds;

internal sealed partial class Auditor
{
    private readonly HashSet<WriteId> cleaned = [];

    // What the clock says; a moment later it may say more.
    private HybridTimestamp Now => HybridTimestamp.Max(database.SystemTime, HybridTimestamp.FromMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds()));

    // Whatever died in between, clean-up writes down only what is over, and each of that once.
    private void AuditCleanUp(AgentId id, AuditedDelta delta)
    {
        foreach (var (kind, key, _, _) in delta.Operations)
        {
            ThrowUnless(kind == KvOperationKind.Expire, $"clean-up at delta {delta.Sequence} of {id} does something else");
            var newest = versions.GetValueOrDefault((id.Name, key))?[^1];
            ThrowUnless(newest?.Value is not null && newest.ExpiresAt <= delta.SystemTime, $"clean-up at delta {delta.Sequence} of {id} ends {key}, which is {newest}");
            ThrowUnless(cleaned.Add(newest!.Id), $"{key} is cleaned up twice in {id}, the second time at delta {delta.Sequence}");
        }
    }

    // The tombstone of the newest value is shown from some moment on; those of earlier ones always.
    private static IEnumerable<AuditedVersion> HistoryOf(List<AuditedVersion> known, bool hasEnded)
    {
        for (var i = 0; i < known.Count; i++)
        {
            yield return known[i];
            if (i + 1 < known.Count ? known[i].ExpiresAt <= known[i + 1].Time : hasEnded && known[i].ExpiresAt is not null)
            {
                yield return known[i].Tombstone();
            }
        }
    }

    // Counts leave out what is over, before clean-up and after it; and clean-up comes to an end.
    private async Task AuditStatsAsync()
    {
        var agent = database.Directory.Get<StorageAgent>(new AgentId(Client.Workspace, AgentKind.Kv, Client.Whole, 0));
        await AuditCountsAsync(agent);
        while (await agent.MaintainAsync(MaintenanceBudget.Normal, CancellationToken.None))
        {
            // Each turn does a bounded piece of it.
        }

        await AuditCountsAsync(agent);
    }

    private async Task AuditCountsAsync(IStorageAgent agent)
    {
        var atMost = CountAt(Now);
        var stats = await agent.GetStatsAsync(CancellationToken.None);
        var atLeast = CountAt(Now);
        ThrowUnless(stats.LiveKeyCount <= atMost && stats.LiveKeyCount >= atLeast, $"{stats.LiveKeyCount} keys are said to be live, and there are {atLeast} to {atMost}");

        long CountAt(HybridTimestamp now) => versions.Count(pair => pair.Key.Namespace == Client.Whole && pair.Value[^1].IsLiveAt(now));
    }
}
