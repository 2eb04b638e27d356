using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Agents.Tests.Oracles;

internal sealed partial class KvModelRun
{
    // What the clock says when nothing draws from it meanwhile.
    private HybridTimestamp Now => HybridTimestamp.Max(store.Database.SystemTime, HybridTimestamp.FromMilliseconds(store.Time.GetUtcNow().ToUnixTimeMilliseconds()));

    // Short ones are over a step or two later, long ones only when the clock leaps.
    private TimeSpan? ChooseTimeToLive() => random.Next(8) switch
    {
        0 or 1 => TimeSpan.FromMilliseconds(random.Next(1, 300)),
        2 => TimeSpan.FromMilliseconds(random.Next(1, 20_000)),
        3 => TimeSpan.FromHours(1),
        _ => null,
    };

    /// <summary>Reads what clean-up wrote since the oracle last knew of a delta.</summary>
    private async Task TakeCleaningsAsync(string ns, KvOracle oracle)
    {
        var agent = store.Agent(ns);
        var status = await agent.GetStatusAsync(CancellationToken.None);
        while (oracle.Receipts.Count < status.Sequence)
        {
            var position = oracle.Receipts.Count == 0
                ? ChainPosition.Genesis(agent.Id)
                : new ChainPosition(oracle.Receipts.Count, oracle.LastTime, oracle.Receipts[^1].Root);
            var page = await agent.ReadDeltasAsync(position.Sequence, random.Next(1, 9), CancellationToken.None);
            foreach (var record in page.Records)
            {
                var delta = DeltaRecord.Read(record);
                position = RootChain.Advance(position, delta);
                oracle.Clean(delta, position.Root, closed);
            }
        }
    }

    // However often it is run again, clean-up writes down each value that is over once.
    private async Task CheckCleanAsync(string ns, KvOracle oracle)
    {
        while (await store.Agent(ns).MaintainAsync(MaintenanceBudget.Normal, CancellationToken.None))
        {
            await TakeCleaningsAsync(ns, oracle);
        }

        await TakeCleaningsAsync(ns, oracle);
        Assert.True(oracle.IsClean(Now), $"something of {ns} is over and not written down");
        await CheckStatsAsync(ns, oracle);
    }

    private async Task CheckExpiringAsync(string ns, KvOracle oracle)
    {
        var asOf = ChooseMoment(oracle, out var time);
        if (await IsRefusedAsync(ns, asOf))
        {
            return;
        }

        var within = TimeSpan.FromMilliseconds(random.Next(3) == 0 ? 4_000_000 : random.Next(1, 20_000));
        var query = new KvExpiringQuery { Within = within, Limit = random.Next(1, LimitMax), AsOf = asOf };
        var seen = 0;
        while (true)
        {
            var page = await store.Kv.ListExpiringAsync(CallContext.Local, Workspace, ns, query, CancellationToken.None);
            time = asOf.IsLatest && seen == 0 ? page.SystemTime : time;
            closed = HybridTimestamp.Max(closed, page.SystemTime);
            var expected = oracle.Expiring(time, within);
            Assert.Equal(
                expected.Skip(seen).Take(query.Limit).Select(static version => $"{version.Key} #{version.Id} at {version.Time} until {version.ExpiresAt}"),
                page.Entries.Select(static entry => $"{entry.Key} #{entry.WriteId} at {entry.SystemTime} until {entry.ExpiresAt}"));
            seen += page.Entries.Length;
            Assert.Equal(expected.Count > seen, page.Next is not null);
            if (page.Next is null)
            {
                return;
            }

            query = query with { After = page.Next, AsOf = asOf.IsLatest ? AsOf.At(page.SystemTime) : asOf };
            await WriteOneAsync(ns, oracle);
            if (random.Next(4) == 0)
            {
                await KeepHouseAsync(ns);
            }
        }
    }
}
