using System.Text;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;
using OrleansTemporal.Queries;

namespace OrleansTemporal.Agents.Tests.Oracles;

internal sealed partial class KvSplitRun
{
    // Nothing is written yet when all first writes were refused.
    private HybridTimestamp ChooseTime() => times.Count == 0 ? store.Services.Clock.Last : new(times[random.Next(times.Count)].Value + (ulong)random.Next(0, 3) - 1);

    private Version? At(string key, HybridTimestamp time) =>
        keys.TryGetValue(key, out var versions) ? versions.FindLast(version => version.Time <= time) : null;

    private async Task CheckGetAsync()
    {
        var wanted = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Key()).ToArray();
        HybridTimestamp? time = random.Next(2) == 0 ? ChooseTime() : null;
        var now = await StepAsideAsync();
        var asOf = time is { } instant ? AsOf.At(instant) : AsOf.Latest;
        var results = wanted.Length == 1
            ? [await store.Kv.GetAsync(CallContext.Local, Workspace, Namespace, wanted[0], asOf, CancellationToken.None)]
            : await store.Kv.GetManyAsync(CallContext.Local, Workspace, Namespace, [.. wanted], asOf, CancellationToken.None);
        foreach (var (key, result) in wanted.Zip(results))
        {
            var expected = At(key, time ?? HybridTimestamp.MaxValue);
            var isLive = expected?.IsLiveAt(time ?? now) == true;
            Assert.Equal(isLive ? Show(expected!) : null, result.Version is { } version ? Show(version) : null);
            Assert.Equal(time is not null && expected is { IsErased: true } && !expected.IsOverAt(time.Value), result.IsErased);
            Assert.Equal(time is not null && expected is null && keys.ContainsKey(key), result.ExistsLater);
        }
    }

    private async Task CheckHistoryAsync(string key)
    {
        var query = new KvHistoryQuery
        {
            Key = key,
            Ascending = random.Next(2) == 0,
            Limit = random.Next(1, 6),
            From = random.Next(3) == 0 ? ChooseTime() : default,
            To = random.Next(3) == 0 ? ChooseTime() : default,
        };
        await StepAsideAsync();
        var expected = RowsOf(key)
            .Where(version => version.Time >= query.From && (query.To.Value == 0 || version.Time < query.To)).Select(Show).ToList();
        if (!query.Ascending)
        {
            expected.Reverse();
        }

        var found = new List<string>();
        while (true)
        {
            var page = await store.Kv.GetHistoryAsync(CallContext.Local, Workspace, Namespace, query, CancellationToken.None);
            Assert.True(page.Versions.Length <= query.Limit);
            Assert.Equal(keys.ContainsKey(key), page.KeyExists);
            found.AddRange(page.Versions.Select(Show));
            if (page.Next.IsNone)
            {
                break;
            }

            Assert.Equal(query.Limit, page.Versions.Length);
            query = query with { Cursor = page.Next };
            if (mayMove && random.Next(8) == 0)
            {
                await MoveAsync();
            }
        }

        Assert.Equal(expected, found);
    }

    private Task CheckListAsync() => CheckListAsync(random.Next(2) == 0 ? ChooseTime() : null);

    private async Task CheckListAsync(HybridTimestamp? time)
    {
        var now = await StepAsideAsync();
        var query = new KvListQuery
        {
            Limit = random.Next(1, 20),
            Prefix = random.Next(3) == 0 ? "k1" : "",
            WithValues = random.Next(2) == 0,
            AsOf = time is { } instant ? AsOf.At(instant) : AsOf.Latest,
        };
        var expected = Live(time ?? now).Where(version => version.Key.StartsWith(query.Prefix, StringComparison.Ordinal))
            .Select(version => $"{version.Key} {version.Id} {version.Time} {(query.WithValues ? version.Value : "")}").ToArray();
        var found = new List<string>();
        while (true)
        {
            var page = await store.Kv.ListAsync(CallContext.Local, Workspace, Namespace, query, CancellationToken.None);
            found.AddRange(page.Entries.Select(static entry => $"{entry.Key} {entry.WriteId} {entry.SystemTime} {Encoding.UTF8.GetString(entry.Value.Span)}"));
            if (page.Next is null)
            {
                break;
            }

            query = query with { After = page.Next, AsOf = AsOf.At(page.AsOf) };
            if (mayMove && random.Next(8) == 0)
            {
                await MoveAsync();
            }
        }

        Assert.Equal(expected, found);
    }

    private async Task CheckQueryAsync()
    {
        HybridTimestamp? time = random.Next(2) == 0 ? ChooseTime() : null;
        var now = await StepAsideAsync();
        var live = Live(time ?? now).ToArray();
        var asOf = time is { } instant ? AsOf.At(instant) : AsOf.Latest;
        var filter = """{"gte":{"field":"n","value":2}}"""u8.ToArray();
        var rows = await store.Kv.QueryAsync(
            CallContext.Local, Workspace, Namespace, new KvQueryRequest { Filter = filter, Limit = 1_000, AsOf = asOf, Sort = random.Next(2) == 0 ? [] : [new SortField("n", true)] }, CancellationToken.None);
        Assert.Equal(
            live.Where(static version => NumberOf(version.Value!) >= 2).Select(static version => $"{version.Key} {version.Id} {version.Value}").Order(StringComparer.Ordinal),
            rows.Rows.Select(static row => $"{row.Key} {row.WriteId} {Encoding.UTF8.GetString(row.Value.Span)}").Order(StringComparer.Ordinal));
        var groups = await store.Kv.QueryAsync(
            CallContext.Local, Workspace, Namespace, new KvQueryRequest { GroupBy = ["n"], Limit = 100, AsOf = asOf }, CancellationToken.None);
        Assert.Equal(live.Select(static version => NumberOf(version.Value!)).Distinct().Count(), groups.Groups.Length);
    }

    /// <summary>Every chain of every agent that ever was is whole, and no version is counted twice.</summary>
    private async Task CheckChainsAsync()
    {
        var reports = await store.Database.Agents.VerifyAsync(CallContext.Local, Workspace, CancellationToken.None);
        Assert.All(reports, static report => Assert.Null(report.Fault));
        await CheckCountsAsync();
        await PurgeAsync();
        await store.MaintainAsync();
        await CheckCountsAsync();
    }

    // What is over leaves the counts at its end, whether clean-up has been there or not, and wherever it lies.
    private async Task CheckCountsAsync()
    {
        var now = await StepAsideAsync();
        var info = (await store.Kv.ListNamespacesAsync(CallContext.Local, Workspace, null, 10, CancellationToken.None)).Single();
        Assert.Equal(
            (Live(now).LongCount(), keys.Values.Sum(static versions => (long)versions.Count)),
            (info.LiveKeyCount, info.VersionCount));
    }

    private IEnumerable<Version> Live(HybridTimestamp time) =>
        keys.Keys.Select(key => At(key, time)).OfType<Version>().Where(version => version.IsLiveAt(time));

    private static int NumberOf(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty("n").GetInt32();
    }

    private static string Show(Version version) =>
        $"{version.Key} {version.Id} after {version.Previous} at {version.Time} until {version.ExpiresAt} {(version.IsErased ? "erased" : version.Value)}";

    private static string Show(KvVersion version) =>
        $"{version.Key} {version.WriteId} after {version.PreviousWriteId} at {version.SystemTime} until {version.ExpiresAt} {(version.IsErased ? "erased" : Encoding.UTF8.GetString(version.Value.Span))}";
}
