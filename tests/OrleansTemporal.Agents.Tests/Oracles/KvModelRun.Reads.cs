using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Agents.Tests.Oracles;

internal sealed partial class KvModelRun
{
    private const int LimitMax = 7;

    private readonly List<(string Namespace, string Key, AsOf AsOf, string Answer)> answers = [];

    private async Task CheckGetsAsync(string ns, KvOracle oracle)
    {
        var asOf = ChooseMoment(oracle, out var time);
        if (await IsRefusedAsync(ns, asOf))
        {
            return;
        }

        var keys = Enumerable.Range(0, random.Next(1, 5)).Select(_ => choose.Key()).ToImmutableArray();
        if (keys.Length == 1)
        {
            Check(ns, oracle, keys[0], asOf, time, await store.Kv.GetAsync(CallContext.Local, Workspace, ns, keys[0], asOf, CancellationToken.None));
            Assert.Equal(
                oracle.Get(keys[0], asOf.IsLatest ? Now : time).Version is not null, await store.Database.Kv(ns).ContainsAsync(keys[0], asOf, CancellationToken.None));
            return;
        }

        var results = await store.Kv.GetManyAsync(CallContext.Local, Workspace, ns, keys, asOf, CancellationToken.None);
        Assert.Equal(keys.Length, results.Length);
        for (var i = 0; i < keys.Length; i++)
        {
            Check(ns, oracle, keys[i], asOf, time, results[i]);
        }
    }

    private void Check(string ns, KvOracle oracle, string key, AsOf asOf, HybridTimestamp time, KvReadResult result)
    {
        if (asOf.IsLatest)
        {
            // However the clock was set back, what was answered for does not come again.
            time = Now;
            Assert.True(time >= closed, $"the clock says {time} although {closed} was answered for");
            closed = oracle.Newest(key) is { ExpiresAt: { } end } && end <= time ? HybridTimestamp.Max(closed, end) : closed;
        }

        var (expected, existsLater) = oracle.Get(key, time);
        Assert.Equal(expected?.Show(), result.Version is { } version ? OracleVersion.Show(version) : null);
        Assert.Equal(existsLater, result.ExistsLater);
        if (!asOf.IsLatest)
        {
            closed = asOf.SystemTime is { } instant ? HybridTimestamp.Max(closed, instant) : closed;
            answers.Add((ns, key, asOf, Show(result)));
        }
    }

    /// <summary>What was once answered as of a moment is answered for ever.</summary>
    private async Task CheckAnswersAgainAsync(int count)
    {
        for (var i = 0; i < count && answers.Count > 0; i++)
        {
            var (ns, key, asOf, answer) = answers[count == answers.Count ? i : random.Next(answers.Count)];
            var again = await store.Kv.GetAsync(CallContext.Local, Workspace, ns, key, asOf, CancellationToken.None);
            Assert.Equal(answer, Show(again));
        }
    }

    private async Task CheckHistoryAsync(string ns, KvOracle oracle)
    {
        var query = new KvHistoryQuery
        {
            Key = choose.Key(),
            Ascending = random.Next(2) == 0,
            From = random.Next(3) == 0 ? ChooseTime(oracle) : HybridTimestamp.Zero,
            To = random.Next(3) == 0 ? ChooseTime(oracle) : HybridTimestamp.Zero,
            Limit = random.Next(1, LimitMax),
        };
        while (true)
        {
            var page = await store.Kv.GetHistoryAsync(CallContext.Local, Workspace, ns, query, CancellationToken.None);
            var expected = oracle.History(query, Now);
            Assert.Equal(expected.Take(query.Limit).Select(static version => version.Show()), page.Versions.Select(OracleVersion.Show));
            Assert.Equal(expected.Count > query.Limit, !page.Next.IsNone);
            Assert.Equal(oracle.Newest(query.Key) is not null, page.KeyExists);
            if (page.Next.IsNone)
            {
                return;
            }

            query = query with { Cursor = page.Next };
            if (random.Next(6) == 0)
            {
                await KeepHouseAsync(ns);
            }
        }
    }

    private async Task CheckListAsync(string ns, KvOracle oracle)
    {
        var asOf = ChooseMoment(oracle, out var time);
        if (await IsRefusedAsync(ns, asOf))
        {
            return;
        }

        var query = new KvListQuery
        {
            Prefix = choose.Prefix(),
            After = random.Next(3) == 0 ? choose.Key() : null,
            Limit = random.Next(1, LimitMax),
            AsOf = asOf,
            WithValues = random.Next(2) == 0,
        };
        var page = await store.Kv.ListAsync(CallContext.Local, Workspace, ns, query, CancellationToken.None);
        closed = HybridTimestamp.Max(closed, page.AsOf);
        CheckPage(oracle, query, asOf.IsLatest ? page.AsOf : time, page);
    }

    private static void CheckPage(KvOracle oracle, KvListQuery query, HybridTimestamp time, KvPage page)
    {
        var expected = oracle.List(query.Prefix, query.After, time);
        Assert.Equal(
            expected.Take(query.Limit).Select(version => $"{version.Key} #{version.Id} at {version.Time} {(query.WithValues ? version.Value : "")}"),
            page.Entries.Select(static entry => $"{entry.Key} #{entry.WriteId} at {entry.SystemTime} {Encoding.UTF8.GetString(entry.Value.Span)}"));
        Assert.Equal(expected.Count > query.Limit ? expected[query.Limit - 1].Key : null, page.Next);
    }

    // A walk that began stays at its moment, whatever is written between two pages.
    private async Task CheckPagesUnderWritesAsync(string ns, KvOracle oracle)
    {
        var query = new KvListQuery { Prefix = choose.Prefix(), Limit = random.Next(1, LimitMax) };
        while (true)
        {
            var page = await store.Kv.ListAsync(CallContext.Local, Workspace, ns, query, CancellationToken.None);
            closed = HybridTimestamp.Max(closed, page.AsOf);
            CheckPage(oracle, query, page.AsOf, page);
            if (page.Next is null)
            {
                return;
            }

            query = query with { After = page.Next, AsOf = page.AsOf == HybridTimestamp.Zero ? AsOf.Latest : AsOf.At(page.AsOf) };
            await WriteOneAsync(ns, oracle);
            if (random.Next(4) == 0)
            {
                await KeepHouseAsync(ns);
            }
        }
    }

    private async Task CheckStatsAsync(string ns, KvOracle oracle)
    {
        if (oracle.Receipts.Count == 0)
        {
            return;
        }

        var stats = await store.Agent(ns).GetStatsAsync(CancellationToken.None);
        Assert.Equal(new KvStats(oracle.LiveKeyCount(Now), oracle.VersionCount, oracle.ValueBytes), stats);
        var status = await store.Agent(ns).GetStatusAsync(CancellationToken.None);
        Assert.Equal(
            (oracle.Receipts[^1].Sequence, oracle.Receipts[^1].SystemTime, oracle.Receipts[^1].Root), (status.Sequence, status.SystemTime, status.Root));
    }

    /// <summary>Folds the log again from the genesis root: every root must be the one that its receipt told.</summary>
    private async Task CheckReplayAsync(string ns, KvOracle oracle)
    {
        var agent = store.Agent(ns);
        var position = ChainPosition.Genesis(agent.Id);
        while (true)
        {
            var page = await agent.ReadDeltasAsync(position.Sequence, random.Next(1, 40), CancellationToken.None);
            foreach (var record in page.Records)
            {
                position = RootChain.Advance(position, DeltaRecord.Read(record));
                var receipt = oracle.Receipts[(int)position.Sequence - 1];
                Assert.Equal((receipt.Sequence, receipt.SystemTime, receipt.Root), (position.Sequence, position.SystemTime, position.Root));
            }

            if (!page.HasMore)
            {
                break;
            }
        }

        Assert.Equal(oracle.Receipts.Count, position.Sequence);
        var report = await agent.VerifyAsync(CancellationToken.None);
        Assert.Null(report.Fault);
        Assert.Equal((position.Sequence, position.Root), (report.DeltaCount, report.Root));
    }

    private async Task CheckAllAsync(string ns, KvOracle oracle)
    {
        await CheckStatsAsync(ns, oracle);
        await CheckReplayAsync(ns, oracle);
        await CheckCleanAsync(ns, oracle);
        await CheckReplayAsync(ns, oracle);
        foreach (var key in oracle.Keys)
        {
            var query = new KvHistoryQuery { Key = key, Ascending = true, Limit = Limits.PageCountMax };
            var page = await store.Kv.GetHistoryAsync(CallContext.Local, Workspace, ns, query, CancellationToken.None);
            Assert.Equal(oracle.History(query, Now).Select(static version => version.Show()), page.Versions.Select(OracleVersion.Show));
            Check(ns, oracle, key, AsOf.Latest, HybridTimestamp.MaxValue, await store.Kv.GetAsync(CallContext.Local, Workspace, ns, key, AsOf.Latest, CancellationToken.None));
        }
    }

    private AsOf ChooseMoment(KvOracle oracle, out HybridTimestamp time)
    {
        time = HybridTimestamp.MaxValue;
        switch (random.Next(4))
        {
            case 0:
                return AsOf.Latest;
            case 1 when oracle.Receipts.Count > 0:
                var receipt = oracle.Receipts[random.Next(oracle.Receipts.Count)];
                time = receipt.SystemTime;
                return AsOf.After(receipt.Sequence);
            default:
                time = ChooseTime(oracle);
                return AsOf.At(time);
        }
    }

    // At deltas, right beside them, in gaps, before everything, and up to a second ahead of the wall clock.
    private HybridTimestamp ChooseTime(KvOracle oracle)
    {
        if (random.Next(5) == 0 || oracle.Receipts.Count == 0)
        {
            var now = store.Time.GetUtcNow().ToUnixTimeMilliseconds();
            return HybridTimestamp.FromMilliseconds(now + random.Next(-400, 1_000));
        }

        if (random.Next(3) == 0 && oracle.Ends.ToArray() is { Length: > 0 } ends)
        {
            return new HybridTimestamp(ends[random.Next(ends.Length)].Value + (ulong)random.Next(0, 3) - 1);
        }

        var near = oracle.Receipts[random.Next(oracle.Receipts.Count)].SystemTime;
        return new HybridTimestamp(near.Value + (ulong)random.Next(0, 3) - 1);
    }

    private async Task<bool> IsRefusedAsync(string ns, AsOf asOf)
    {
        var wall = store.Time.GetUtcNow().ToUnixTimeMilliseconds();
        if (asOf.SystemTime is not { } instant || instant <= store.Database.SystemTime || instant.Milliseconds <= wall + 500)
        {
            return false;
        }

        var refusal = await Assert.ThrowsAsync<TemporalException>(
            async () => await store.Kv.GetAsync(CallContext.Local, Workspace, ns, "a", asOf, CancellationToken.None));
        Assert.Equal(ErrorCodes.AsOfInFuture, refusal.Code);
        return true;
    }

    private static string Show(KvReadResult result) => result.Version is { } version ? OracleVersion.Show(version) : "nothing";
}
