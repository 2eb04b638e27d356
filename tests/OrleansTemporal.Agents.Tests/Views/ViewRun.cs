using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using OrleansTemporal.Queries;
using OrleansTemporal.Views;

namespace OrleansTemporal.Agents.Tests.Views;

/// <summary>
/// One random history of a namespace with views and indexes over it: writes, ends of values, erasures, moves of slots,
/// housekeeping, restarts. The oracle is the plain query that looks at all documents, as of the same moment.
/// </summary>
internal sealed class ViewRun(int seed, TestStore store, bool withDataKeys)
{
    public const string Workspace = "default";
    public const string Namespace = "n";

    public static readonly ImmutableDictionary<string, string> Definitions = new Dictionary<string, string>
    {
        ["keys"] = """{"source":"kv/n"}""",
        ["some"] = """{"source":"kv/n","query":{"filter":{"gte":{"field":"n","value":3}},"sort":[{"field":"t","descending":true},"g"],"select":["g","n","t"]}}""",
        ["sums"] = """{"source":"kv/n","query":{"groupBy":["g"],"aggregate":{"c":{"count":"*"},"s":{"sum":"n"},"m":{"avg":"n"},"lo":{"min":"n"},"hi":{"max":"t"},"d":{"distinct":"t"}},"sort":[{"field":"s","descending":true}]}}""",
        ["total"] = """{"source":"kv/n","query":{"filter":{"lt":{"field":"n","value":8}},"aggregate":{"c":{"count":"*"},"s":{"sum":"n"}}}}""",
        ["above"] = """{"source":"views/some","query":{"filter":{"lt":{"field":"n","value":9}},"groupBy":["t"],"aggregate":{"s":{"sum":"n"}}}}""",
        ["aboveSums"] = """{"source":"views/sums","query":{"filter":{"gt":{"field":"c","value":1}},"select":["g","s"],"sort":["c"]}}""",
        ["byHand"] = """{"source":"kv/n","query":{"filter":{"gte":{"field":"n","value":3}}},"refresh":"manual"}""",
    }.ToImmutableDictionary();

    private readonly Random random = new(seed);
    private readonly List<HybridTimestamp> moments = [];

    public int FromViewCount { get; private set; }

    public int FromIndexCount { get; private set; }

    public int ScannedCount { get; private set; }

    public async Task RunAsync(int steps)
    {
        foreach (var name in new[] { "keys", "some", "sums", "total", "above", "aboveSums", "byHand" })
        {
            await store.Database.Views.PutAsync(CallContext.Local, Workspace, name, ViewDefinitionJson.Parse(Encoding.UTF8.GetBytes(Definitions[name])), CancellationToken.None);
        }

        await ChangeSettingsAsync(settings => settings with { Indexes = ["n", "t"] });
        for (var i = 0; i < steps; i++)
        {
            await StepAsync();
        }

        foreach (var name in Definitions.Keys.Where(static name => name != "byHand"))
        {
            await CheckAsync(name, AsOf.Latest);
            foreach (var moment in moments.Where((_, index) => index % 9 == 0).ToArray())
            {
                await CheckAsync(name, AsOf.At(moment));
            }
        }
    }

    private async Task StepAsync()
    {
        switch (random.Next(100))
        {
            case < 40:
                await WriteAsync();
                break;
            case < 60:
                await CheckAsync(Name(), AsOf.Latest);
                break;
            case < 70 when moments.Count > 0:
                await CheckAsync(Name(), AsOf.At(moments[random.Next(moments.Count)]));
                break;
            case < 80:
                await CheckIndexAsync(moments.Count > 0 && random.Next(3) == 0 ? AsOf.At(moments[random.Next(moments.Count)]) : AsOf.Latest);
                break;
            case < 84:
                store.Time.Advance(TimeSpan.FromMilliseconds(random.Next(60)));
                break;
            case < 88:
                await ChangeSettingsAsync(settings => settings with { Partitions = random.Next(1, 5) });
                break;
            case < 92:
                await KeepHouseAsync();
                break;
            case < 95:
                await EraseAsync();
                break;
            case < 97 when withDataKeys:
                await ChangeSettingsAsync(settings => settings with { DataKey = random.Next(2) == 0 ? DataKeyPolicy.Each : DataKeyPolicy.None });
                break;
            case < 98:
                await CheckManualAsync();
                break;
            default:
                await store.ReopenAsync(clean: random.Next(2) == 0);
                break;
        }
    }

    private string Name() => Definitions.Keys.Where(static name => name != "byHand").Order(StringComparer.Ordinal).ElementAt(random.Next(Definitions.Count - 1));

    private async Task WriteAsync()
    {
        var operations = ImmutableArray.CreateBuilder<KvOperation>();
        foreach (var key in Enumerable.Range(0, random.Next(1, 6)).Select(_ => $"k{random.Next(25)}").Distinct())
        {
            operations.Add(random.Next(5) == 0
                ? new KvOperation { Kind = KvOperationKind.Delete, Key = key, MayBeAbsent = true }
                : new KvOperation
                {
                    Kind = KvOperationKind.Put,
                    Key = key,
                    Value = Encoding.UTF8.GetBytes(random.Next(12) == 0 ? "[1]" : $$"""{"g":"{{(char)('a' + random.Next(3))}}","n":{{random.Next(10)}},"t":"{{(char)('x' + random.Next(3))}}{{random.Next(2)}}"}"""),
                    TimeToLive = random.Next(4) == 0 ? TimeSpan.FromMilliseconds(random.Next(1, 80)) : null,
                });
        }

        var result = await store.Kv.BatchAsync(CallContext.Local, Workspace, Namespace, operations.ToImmutable(), atomic: false, KvPutOptions.None, CancellationToken.None);
        moments.Add(result.Results[^1].Receipt.SystemTime);
    }

    private async Task ChangeSettingsAsync(Func<KvSettings, KvSettings> change)
    {
        var settings = await store.Kv.GetSettingsAsync(CallContext.Local, Workspace, Namespace, CancellationToken.None);
        await store.Kv.PutSettingsAsync(CallContext.Local, Workspace, Namespace, change(settings), CancellationToken.None);
    }

    private async Task KeepHouseAsync()
    {
        store.Time.Advance(TimeSpan.FromMilliseconds(random.Next(20)));
        if (random.Next(3) > 0)
        {
            await store.MaintainAsync();
            return;
        }

        await TestStore.SealAsync(store.Agent(Namespace, random.Next(4)), allowMerges: random.Next(2) == 0);
    }

    private async Task EraseAsync()
    {
        var key = $"k{random.Next(25)}";
        var scope = random.Next(3) == 0 ? KvErasureScope.OfPrefix(Namespace, key[..2]) : KvErasureScope.OfKey(Namespace, key);
        try
        {
            await store.Kv.EraseAsync(CallContext.Local, Workspace, scope, CancellationToken.None);
        }
        catch (TemporalException unknown) when (unknown.Code == ErrorCodes.KeyNotFound)
        {
            return;
        }

        await (random.Next(2) == 0 ? store.MaintainAsync().AsTask() : Task.CompletedTask);
    }

    // All pages of a view, with writes between them, against the query as of the moment of the first.
    private async Task CheckAsync(string name, AsOf asOf)
    {
        var request = new ViewRowsRequest { AsOf = asOf, Limit = random.Next(1, 12) };
        var (rows, total, moment) = (new List<string>(), 0L, default(HybridTimestamp));
        while (true)
        {
            var page = await store.Database.Views.ReadAsync(CallContext.Local, Workspace, name, request, CancellationToken.None);
            rows.AddRange(page.Rows.Select(static row => $"{row.Key} {row.WriteId} {Encoding.UTF8.GetString(row.Value.Span)}"));
            rows.AddRange(page.Groups.Select(static group => Encoding.UTF8.GetString(group.Span)));
            (total, moment) = (page.Total!.Value, page.AsOf);
            FromViewCount += page.Plan.KeyCount == 0 ? 1 : 0;
            ScannedCount += page.Plan.KeyCount == 0 ? 0 : 1;
            if (page.Next is not { } next)
            {
                break;
            }

            request = request with { Cursor = next };
            await (random.Next(6) == 0 ? WriteAsync() : Task.CompletedTask);
        }

        if (asOf.SystemTime is { } asked)
        {
            Assert.Equal(asked, moment);
        }

        var expected = await ViewOracle.AnswerAsync(store, name, AsOf.At(moment));
        Assert.True(expected.SequenceEqual(rows), $"{name} as of {moment} ({asOf.IsLatest}):\nis       {string.Join(" | ", rows)}\nshall be {string.Join(" | ", expected)}");
        Assert.Equal(expected.Count, total);
        moments.Add(moment);
    }

    private async Task CheckManualAsync()
    {
        var stats = await store.Database.Views.RefreshAsync(CallContext.Local, Workspace, "byHand", CancellationToken.None);
        await WriteAsync();
        var page = await store.Database.Views.ReadAsync(CallContext.Local, Workspace, "byHand", new ViewRowsRequest { Limit = 1_000 }, CancellationToken.None);
        Assert.Equal(stats.SystemTime, page.AsOf);
        Assert.Equal(
            await ViewOracle.AnswerAsync(store, "byHand", AsOf.At(page.AsOf)),
            page.Rows.Select(static row => $"{row.Key} {row.WriteId} {Encoding.UTF8.GetString(row.Value.Span)}"));
    }

    private async Task CheckIndexAsync(AsOf asOf)
    {
        var (low, text) = (random.Next(10), $"{(char)('x' + random.Next(3))}");
        var filter = random.Next(5) switch
        {
            0 => $$$"""{"eq":{"field":"n","value":{{{low}}}}}""",
            1 => $$$"""{"and":[{"gt":{"field":"n","value":{{{low}}}}},{"lte":{"field":"n","value":{{{low + 2}}}}}]}""",
            2 => $$$"""{"matches":{"field":"t","value":"^{{{text}}}"}}""",
            3 => $$$"""{"and":[{"eq":{"field":"t","value":"{{{text}}}0"}},{"ne":{"field":"g","value":"a"}}]}""",
            _ => $$$"""{"lt":{"field":"t","value":"{{{text}}}1"}}""",
        };
        var request = new KvQueryRequest { Filter = Encoding.UTF8.GetBytes(filter), AsOf = asOf, Limit = random.Next(1, 8), Skip = random.Next(3) };
        request = random.Next(3) switch
        {
            0 => request with { Sort = [new SortField("g", true), new SortField("n", false)] },
            1 => request with { GroupBy = ["g"], Aggregates = [new AggregateField("c", AggregateKind.Count, "*"), new AggregateField("s", AggregateKind.Sum, "n")] },
            _ => request with { Select = ["n"] },
        };
        request = random.Next(5) == 0 ? new KvQueryRequest { Sort = [new SortField(random.Next(2) == 0 ? "n" : "t", false)], AsOf = asOf, Limit = request.Limit, Skip = request.Skip } : request;
        while (true)
        {
            var page = await store.Kv.QueryAsync(CallContext.Local, Workspace, Namespace, request, CancellationToken.None);
            FromIndexCount += page.Plan.Index is null ? 0 : 1;
            var plain = await store.Kv.QueryAsync(CallContext.Local, Workspace, Namespace, request with { AsOf = AsOf.At(page.AsOf), UseIndexes = false }, CancellationToken.None);
            Assert.Equal(plain.Rows.Select(ViewOracle.TextOf), page.Rows.Select(ViewOracle.TextOf));
            Assert.Equal(plain.Groups.Select(static group => Encoding.UTF8.GetString(group.Span)), page.Groups.Select(static group => Encoding.UTF8.GetString(group.Span)));
            Assert.Equal((plain.Total, plain.Next), (page.Total, page.Next));
            moments.Add(page.AsOf);
            if (page.Next is not { } next)
            {
                return;
            }

            request = request with { Cursor = next };
            await (random.Next(6) == 0 ? WriteAsync() : Task.CompletedTask);
        }
    }
}
