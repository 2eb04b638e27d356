using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Queries;
using OrleansTemporal.Series;
using OrleansTemporal.Views;

namespace OrleansTemporal.Agents.Tests.Views;

/// <summary>One random history of a stream with views over it, each answer compared with its query over <see cref="PointHistory"/>.</summary>
internal sealed class PointViewRun
{
    private const string Workspace = "default";
    private const string Stream = "s";
    private const string ByHand = "byHand";

    private static readonly ImmutableDictionary<string, string> Definitions = new Dictionary<string, string>
    {
        ["points"] = """{"source":"series/s"}""",
        ["loud"] = """{"source":"series/s","query":{"filter":{"and":[{"gte":{"field":"value","value":3}},{"eq":{"field":"field","value":"f0"}}]},"sort":[{"field":"value","descending":true},"tags.host"],"select":["tags.host","time","value"]}}""",
        ["late"] = """{"source":"series/s","query":{"filter":{"gt":{"field":"time","value":"1970-01-01T00:00:07"}},"sort":[{"field":"time","descending":true}]}}""",
        ["byHost"] = """{"source":"series/s","query":{"groupBy":["tags.host"],"aggregate":{"c":{"count":"*"},"s":{"sum":"value"},"m":{"avg":"value"},"lo":{"min":"value"},"hi":{"max":"time"},"d":{"distinct":"field"}},"sort":[{"field":"s","descending":true}]}}""",
        ["above"] = """{"source":"views/loud","query":{"groupBy":["tags\\.host"],"aggregate":{"n":{"count":"*"},"hi":{"max":"value"}}}}""",
        [ByHand] = """{"source":"series/s","query":{"aggregate":{"n":{"count":"*"}}},"refresh":"manual"}""",
    }.ToImmutableDictionary();

    private readonly Random random;
    private readonly TestStore store;
    private readonly int partitions;
    private readonly PointHistory history;
    private readonly List<HybridTimestamp> moments = [];

    public PointViewRun(int seed, TestStore store)
    {
        (random, this.store, partitions) = (new Random(seed), store, 1 + (seed % 3));
        history = new PointHistory { PartitionOf = host => partitions == 1 ? 0 : SlotMap.Even(partitions).PartitionOf($"host={host}") };
    }

    public int FromViewCount { get; private set; }

    public int ScannedCount { get; private set; }

    public async Task RunAsync(int steps)
    {
        foreach (var name in Definitions.Keys.OrderBy(static name => name == "above").ThenBy(static name => name, StringComparer.Ordinal))
        {
            await store.Database.Views.PutAsync(CallContext.Local, Workspace, name, ViewDefinitionJson.Parse(Encoding.UTF8.GetBytes(Definitions[name])), CancellationToken.None);
        }

        // Before there is a stream.
        await CheckAsync("points", AsOf.Latest);
        await store.Database.SeriesService.CreateAsync(CallContext.Local, Workspace, Stream, new SeriesSettings { Partitions = partitions }, CancellationToken.None);
        for (var i = 0; i < steps; i++)
        {
            await StepAsync();
        }

        foreach (var name in Definitions.Keys.Where(static name => name != ByHand))
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
            case < 38:
                await WriteAsync();
                break;
            case < 46:
                await DeleteAsync();
                break;
            case < 68:
                await CheckAsync(AnyName(), AsOf.Latest);
                break;
            case < 80 when moments.Count > 0:
                await CheckAsync(AnyName(), AsOf.At(moments[random.Next(moments.Count)]));
                break;
            case < 84:
                store.Time.Advance(TimeSpan.FromMilliseconds(random.Next(60)));
                break;
            case < 92:
                await store.MaintainAsync();
                break;
            case < 96:
                await CheckByHandAsync();
                break;
            default:
                await store.ReopenAsync(clean: random.Next(2) == 0);
                break;
        }
    }

    private string AnyName() => Definitions.Keys.Where(static name => name != ByHand).Order(StringComparer.Ordinal).ElementAt(random.Next(Definitions.Count - 1));

    private async Task WriteAsync()
    {
        var batch = new SeriesBatch();
        var written = new List<(string Host, string Field, long Time, double Value)>();
        for (var i = random.Next(1, random.Next(6) == 0 ? 60 : 8); i > 0; i--)
        {
            var point = (Host: $"h{random.Next(4)}", Field: $"f{random.Next(2)}", Time: (random.Next(12) * 1_000_000_000L) + random.Next(3), Value: random.Next(12) / 2.0);
            written.Add(point);
            batch.Add(SeriesTags.Of([new("host", point.Host)]), point.Field, new EventTime(point.Time), point.Value);
        }

        var report = await store.Database.SeriesService.WriteAsync(CallContext.Local, Workspace, Stream, batch, CancellationToken.None);
        foreach (var receipt in report.Receipts)
        {
            foreach (var point in written.Where(point => history.PartitionOf(point.Host) == receipt.Agent.Partition))
            {
                history.Write(point.Host, point.Field, point.Time, point.Value, receipt.SystemTime);
            }

            moments.Add(receipt.SystemTime);
        }
    }

    private async Task DeleteAsync()
    {
        var host = random.Next(2) == 0 ? $"h{random.Next(4)}" : null;
        var field = random.Next(2) == 0 ? $"f{random.Next(2)}" : null;
        var from = random.Next(12) * 1_000_000_000L;
        var to = random.Next(3) == 0 ? long.MaxValue : from + (random.Next(1, 5) * 1_000_000_000L);
        var selector = new SeriesSelector { Field = field, From = from, To = to, Tags = host is null ? [] : [new TagMatcher("host", TagMatcherKind.Equal, host)] };
        var report = await store.Database.Series(Stream).DeleteAsync(selector);
        foreach (var receipt in report.Receipts)
        {
            history.Delete(host, field, from, to, receipt.Agent.Partition, receipt.SystemTime);
            moments.Add(receipt.SystemTime);
        }
    }

    // All pages of a view, with writes between them, against the query as of the moment of the first.
    private async Task CheckAsync(string name, AsOf asOf)
    {
        var request = new ViewRowsRequest { AsOf = asOf, Limit = random.Next(1, 40) };
        var (rows, total, moment) = (new List<string>(), 0L, default(HybridTimestamp));
        while (true)
        {
            var page = await store.Database.Views.ReadAsync(CallContext.Local, Workspace, name, request, CancellationToken.None);
            rows.AddRange(page.Rows.Select(static row => $"{row.Key} {Encoding.UTF8.GetString(row.Value.Span)}"));
            rows.AddRange(page.Groups.Select(static group => Encoding.UTF8.GetString(group.Span)));
            (total, moment) = (page.Total!.Value, page.AsOf);
            FromViewCount += page.Plan.KeyCount == 0 ? 1 : 0;
            ScannedCount += page.Plan.KeyCount == 0 ? 0 : 1;
            if (page.Next is not { } next)
            {
                break;
            }

            request = request with { Cursor = next };
            await (random.Next(8) == 0 ? WriteAsync() : Task.CompletedTask);
        }

        var expected = Answer(name, moment);
        Assert.True(expected.SequenceEqual(rows), $"{name} as of {moment} ({asOf.IsLatest}):\nis       {string.Join(" | ", rows)}\nshall be {string.Join(" | ", expected)}");
        Assert.Equal(expected.Count, total);
        moments.Add(moment);
    }

    private async Task CheckByHandAsync()
    {
        var stats = await store.Database.Views.RefreshAsync(CallContext.Local, Workspace, ByHand, CancellationToken.None);
        await WriteAsync();
        var page = await store.Database.Views.ReadAsync(CallContext.Local, Workspace, ByHand, new ViewRowsRequest { Limit = 10 }, CancellationToken.None);
        Assert.Equal(stats.SystemTime, page.AsOf);
        Assert.Equal(Answer(ByHand, page.AsOf), page.Groups.Select(static group => Encoding.UTF8.GetString(group.Span)));
    }

    private List<string> Answer(string name, HybridTimestamp moment)
    {
        var (rows, groups) = Run(ViewDefinitionJson.Parse(Encoding.UTF8.GetBytes(Definitions[name])), moment);
        return [.. rows.Select(static row => $"{row.Key} {Encoding.UTF8.GetString(row.Value)}"), .. groups];
    }

    private (List<KeyValuePair<string, byte[]>> Rows, List<string> Groups) Run(ViewDefinition definition, HybridTimestamp moment)
    {
        var below = definition.Source.StartsWith("views/", StringComparison.Ordinal)
            ? Run(ViewDefinitionJson.Parse(Encoding.UTF8.GetBytes(Definitions[definition.Source["views/".Length..]])), moment).Rows.Select(static row => KeyValuePair.Create(row.Key, CanonicalJson.Canonicalize(row.Value)))
            : history.Documents(moment);
        var filter = Filter.Parse(definition.Filter.Span);
        var passing = below.Where(row => filter.Matches(row.Value)).ToList();
        if (definition.IsGrouped)
        {
            var table = new GroupTable(definition.GroupBy, definition.Aggregates, new QueryMemory());
            passing.ForEach(row => table.Add(row.Value));
            return ([], [.. table.ToRows(definition.Sort).Select(static row => Encoding.UTF8.GetString(row))]);
        }

        var sort = definition.Sort.Select(static field => (Path: FieldPath.Parse(field.Field, "sort"), field.Descending)).ToArray();
        var projection = Projection.Of(definition.Select);
        var ordered = passing.Order(Comparer<KeyValuePair<string, byte[]>>.Create((left, right) => sort
            .Select(field => ValueOrder.Compare(field.Path.Find(left.Value), field.Path.Find(right.Value)) * (field.Descending ? -1 : 1))
            .FirstOrDefault(static order => order != 0, string.CompareOrdinal(left.Key, right.Key))));
        return ([.. ordered.Select(row => KeyValuePair.Create(row.Key, projection is null ? row.Value : Project(projection, row.Value)))], []);
    }

    private static byte[] Project(Projection projection, byte[] document)
    {
        var writer = new System.Buffers.ArrayBufferWriter<byte>();
        projection.Write(document, writer);
        return writer.WrittenSpan.ToArray();
    }
}
