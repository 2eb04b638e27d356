using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Simulation.Tests.Worlds;

internal sealed partial class Client
{
    private async Task ReadAsync(string ns)
    {
        var key = random.Next(2) == 0 ? $"s{random.Next(6)}" : $"k{random.Next(12)}";
        try
        {
            switch (random.Next(4))
            {
                case 0:
                    await ReadLatestAsync(ns, key);
                    break;
                case 1:
                    await ReadAsOfAsync(ns, key);
                    break;
                case 2:
                    await ReadHistoryAsync(ns, key);
                    break;
                default:
                    await ReadListAsync(ns);
                    break;
            }
        }
        catch (TemporalException failure) when (failure.Kind is ErrorKind.Unavailable or ErrorKind.Throttled)
        {
            trace.Add($"read failed: {failure.Code}");
            refusalsInARow++;
        }
        catch (TemporalException failure) when (failure.Code == ErrorCodes.AsOfInFuture)
        {
            // The clock was set back between the question and the answer.
            trace.Add("read refused: in the future");
        }
        catch (TemporalException failure)
        {
            throw new ViolationException($"a read of {ns}/{key} failed in a way that no fault of a disk explains", failure);
        }
    }

    private async Task ReadLatestAsync(string ns, string key)
    {
        var floor = ledger.FloorOf(ns, key);
        var found = (await database.KvService.GetAsync(CallContext.Local, Workspace, ns, key, AsOf.Latest, CancellationToken.None)).Version;
        trace.Add($"{ns}/{key} is {found?.WriteId}");
        if (found is not null)
        {
            ViolationException.ThrowUnless(
                (found.Sequence, found.WriteId.Ordinal).CompareTo((floor.Sequence, floor.Ordinal)) >= 0, $"{ns}/{key} shows {found.WriteId} after {floor} was told of");
            ledger.See(ns, key, found.WriteId);
        }
        else
        {
            ViolationException.ThrowUnless(key[0] != 's' || floor.IsNone, $"{ns}/{key} shows nothing after {floor} was told of");
        }
    }

    private async Task ReadAsOfAsync(string ns, string key)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var instant = HybridTimestamp.FromMilliseconds(now + random.Next(-2_000, 480));
        var found = (await database.KvService.GetAsync(CallContext.Local, Workspace, ns, key, AsOf.At(instant), CancellationToken.None)).Version;
        trace.Add($"{ns}/{key} as of {instant} is {found?.WriteId}");
        ledger.Answer(ns, key, instant, found?.WriteId ?? WriteId.None);
        if (found is not null)
        {
            ledger.See(ns, key, found.WriteId);
        }
    }

    private async Task ReadHistoryAsync(string ns, string key)
    {
        var query = new KvHistoryQuery { Key = key, Ascending = random.Next(2) == 0, Limit = random.Next(1, 50) };
        var page = await database.KvService.GetHistoryAsync(CallContext.Local, Workspace, ns, query, CancellationToken.None);
        trace.Add($"history of {ns}/{key}: {string.Join(' ', page.Versions.Select(static version => version.WriteId))}");
        for (var i = 1; i < page.Versions.Length; i++)
        {
            var (before, after) = query.Ascending ? (page.Versions[i - 1], page.Versions[i]) : (page.Versions[i], page.Versions[i - 1]);
            ViolationException.ThrowUnless(after.PreviousWriteId == before.WriteId, $"the history of {ns}/{key} has a gap between {before.WriteId} and {after.WriteId}");
        }

        foreach (var version in page.Versions)
        {
            ledger.See(ns, key, version.WriteId);
        }
    }

    private async Task ReadListAsync(string ns)
    {
        var page = await database.KvService.ListAsync(CallContext.Local, Workspace, ns, new KvListQuery { Limit = random.Next(1, 30) }, CancellationToken.None);
        trace.Add($"list of {ns}: {string.Join(' ', page.Entries.Select(static entry => entry.WriteId))}");
        foreach (var entry in page.Entries)
        {
            ledger.See(ns, entry.Key, entry.WriteId);
            ledger.Answer(ns, entry.Key, page.AsOf, entry.WriteId);
        }
    }
}
