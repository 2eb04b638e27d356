using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Series;
using OrleansTemporal.Windows;

namespace OrleansTemporal.Agents.Tests.Series;

/// <summary>
/// One random history of a stream: writes in and out of order, overwrites, deletions, repeats, reads as of any moment,
/// housekeeping and restarts, each answer compared with <see cref="SeriesOracle"/>. Everything is decided by one seed.
/// </summary>
internal sealed class SeriesModelRun(int seed, TestStore store, int partitions)
{
    private const string Stream = "s";
    private const long Second = 1_000_000_000;

    private static readonly ImmutableArray<string> Functions = ["count", "min", "max", "sum", "first", "last", "p50"];
    private static readonly SeriesSelector Everything = new();

    private readonly Random random = new(seed);
    private readonly SeriesOracle oracle = new();
    private readonly List<(string Key, SeriesBatch Batch, SeriesWriteReport Report)> operations = [];
    private long now;
    private int operationCount;

    public async Task RunAsync(int steps)
    {
        await store.Database.SeriesService.CreateAsync(CallContext.Local, "default", Stream, new SeriesSettings { Partitions = partitions }, CancellationToken.None);
        for (var i = 0; i < steps; i++)
        {
            await StepAsync();
        }

        await CheckPointsAsync(Everything, AsOf.Latest, HybridTimestamp.MaxValue);
        foreach (var partition in Enumerable.Range(0, partitions))
        {
            var report = await Agent(partition).VerifyAsync(CancellationToken.None);
            Assert.Null(report.Fault);
        }
    }

    private Task StepAsync() => random.Next(100) switch
    {
        < 35 => WriteAsync(random.Next(1, 40)),
        < 38 => WriteAsync(random.Next(1_000, 5_000)),
        < 44 => RepeatAsync(),
        < 49 => DeleteAsync(),
        < 68 => CheckPointsAsync(),
        < 80 => CheckWindowsAsync(),
        < 83 => CheckStatsAsync(),
        < 88 => MoveClock(),
        < 96 => KeepHouseAsync(),
        _ => store.ReopenAsync(clean: random.Next(2) == 0).AsTask(),
    };

    private async Task WriteAsync(int count)
    {
        var batch = new SeriesBatch();
        var points = new List<(string Series, long Time, double Value)>();
        var one = random.Next(3) == 0 ? AnySeries() : null;
        for (var i = 0; i < count; i++)
        {
            now += Second;
            var time = random.Next(10) == 0 ? now - (random.Next(1, 3_000) * Second) : now;
            var series = one ?? AnySeries();
            var value = Math.Round(random.NextDouble() * 100, 2);
            batch.Add(batch.SeriesOf(series), new EventTime(time), value);
            points.Add((series, time, value));
        }

        var key = $"op{++operationCount}";
        var report = await store.Database.SeriesService.WriteAsync(CallContext.Local with { IdempotencyKey = key }, "default", Stream, batch, CancellationToken.None);
        operations.Add((key, batch, report));
        foreach (var receipt in report.Receipts)
        {
            oracle.Write(points.Where(point => PartitionOf(point.Series) == receipt.Agent.Partition), receipt);
        }
    }

    private async Task RepeatAsync()
    {
        if (operations.Count == 0)
        {
            return;
        }

        var (key, batch, report) = operations[random.Next(operations.Count)];
        var again = await store.Database.SeriesService.WriteAsync(CallContext.Local with { IdempotencyKey = key }, "default", Stream, batch, CancellationToken.None);
        Assert.Equal(report.Receipts.ToArray(), again.Receipts.ToArray());
        batch.Add(0, new EventTime(0), 1);
        var refusal = await Assert.ThrowsAsync<TemporalException>(() =>
            store.Database.SeriesService.WriteAsync(CallContext.Local with { IdempotencyKey = key }, "default", Stream, batch, CancellationToken.None).AsTask());
        Assert.Equal(ErrorCodes.IdempotencyKeyReused, refusal.Code);
        operations.RemoveAll(operation => operation.Key == key);
    }

    private async Task DeleteAsync()
    {
        var selector = AnySelector();
        var report = await store.Database.Series(Stream).DeleteAsync(selector);
        foreach (var receipt in report.Receipts)
        {
            // Each partition deletes at its own time.
            oracle.Delete(
                partitions == 1 ? selector : selector with { Tags = selector.Tags.Add(new TagMatcher("host", TagMatcherKind.Matches, HostsOf(receipt.Agent.Partition))) },
                receipt);
        }
    }

    private Task CheckPointsAsync()
    {
        var (asOf, time) = AnyMoment();
        return CheckPointsAsync(AnySelector(), asOf, time);
    }

    private async Task CheckPointsAsync(SeriesSelector selector, AsOf asOf, HybridTimestamp time)
    {
        var expected = oracle.Points(selector, time);
        var query = new SeriesPointsQuery { Selector = selector, Limit = random.Next(2) == 0 ? random.Next(1, 2_000) : 1_000_000, AsOf = asOf };
        var actual = new List<(string, long, double)>();
        while (true)
        {
            var page = await store.Database.SeriesService.ReadAsync(CallContext.Local, "default", Stream, query, CancellationToken.None);
            for (var i = 0; i < page.Rows.Length; i++)
            {
                actual.Add((page.Series[page.Rows[i]], page.Times[i], page.Values[i]));
            }

            if (!page.HasMore)
            {
                break;
            }

            Assert.NotEmpty(page.Rows);
            query = query with { Selector = query.Selector with { From = page.Times[^1] }, After = page.Series[page.Rows[^1]], AsOf = AsOf.At(page.SystemTime) };
        }

        Assert.Equal(expected.Select(point => (point.Series, point.Time, point.Value)), actual);
    }

    private async Task CheckWindowsAsync()
    {
        var (asOf, time) = AnyMoment();
        var selector = AnySelector() with { Field = $"f{random.Next(2)}" };
        var window = random.Next(5) switch
        {
            0 => WindowSpec.Whole,
            1 => new WindowSpec { Kind = WindowKind.Session, Gap = random.Next(1, 20) * Second },
            2 => new WindowSpec { Kind = WindowKind.Count, Count = random.Next(1, 300) },
            _ => new WindowSpec { Kind = WindowKind.Tumbling, Size = random.Next(1, 3_000) * Second },
        };
        var query = new SeriesAggregateQuery { Selector = selector, Functions = Functions, Window = window, GroupBy = random.Next(2) == 0 ? ["host"] : [], AsOf = asOf };
        var page = await store.Database.Series(Stream).AggregateAsync(query);
        var groups = oracle.Points(selector, time).GroupBy(point => query.GroupBy.IsEmpty ? "" : SeriesTags.Parse(SeriesKey.TagsOf(point.Series)).Only(query.GroupBy).Text);
        foreach (var group in groups)
        {
            var rows = page.Rows.Where(row => row.Tags == group.Key).ToArray();
            Assert.Equal(group.Count(), rows.Sum(row => row.Count));
            foreach (var row in rows)
            {
                var inside = window.Kind == WindowKind.Whole ? [.. group] : group.Where(point => point.Time >= row.Start && point.Time < row.End).ToArray();
                if (window.Kind == WindowKind.Count)
                {
                    // Points of several series may have the time at which a window of a count ends.
                    Assert.True(row.Count == window.Count || row == rows[^1]);
                    continue;
                }

                Assert.Equal(
                    (inside.Length, inside.Min(point => point.Value), inside.Max(point => point.Value), inside[0].Value, inside[^1].Value),
                    ((int)row.Results[0], row.Results[1], row.Results[2], row.Results[4], row.Results[5]));
                Assert.Equal(inside.Sum(point => point.Value), row.Results[3], 1e-6);
                var median = inside.Select(point => point.Value).Order().ElementAt(((inside.Length + 1) / 2) - 1);
                Assert.Equal(median, row.Results[6], inside.Length > Limits.ExactPercentileCountMax ? 0.01 * median : 0.0);
            }
        }

        Assert.Equal(groups.Select(group => group.Key).Order(StringComparer.Ordinal), page.Rows.Select(row => row.Tags).Distinct());
    }

    private async Task CheckStatsAsync()
    {
        var info = await store.Database.Series(Stream).DescribeAsync();
        var points = oracle.Points(Everything, HybridTimestamp.MaxValue);
        Assert.Equal(points.Select(point => (point.Time, SeriesKey.TagsOf(point.Series))).Distinct().Count(), info.PointCount);
        Assert.Equal(points.Select(point => point.Series).Distinct().Count(), info.SeriesCount);
        Assert.Equal(points.Length == 0 ? null : new EventTime(points[0].Time), info.FirstTime);
        Assert.Equal(points.Length == 0 ? null : new EventTime(points[^1].Time), info.LastTime);
        var versions = 0L;
        foreach (var partition in Enumerable.Range(0, partitions))
        {
            versions += (await Agent(partition).GetStatsAsync(CancellationToken.None)).VersionCount;
        }

        Assert.Equal(oracle.VersionCount, versions);
    }

    private Task MoveClock()
    {
        if (random.Next(4) == 0)
        {
            store.Time.Set(store.Time.GetUtcNow() - TimeSpan.FromMilliseconds(random.Next(20_000)));
        }
        else
        {
            store.Time.Advance(TimeSpan.FromMilliseconds(random.Next(200)));
        }

        return Task.CompletedTask;
    }

    private async Task KeepHouseAsync()
    {
        var agent = Agent(random.Next(partitions));
        await agent.MaintainAsync(new MaintenanceBudget { SealEverything = true, AllowMerges = random.Next(2) == 0 }, CancellationToken.None);
        for (var steps = random.Next(3); steps > 0 && (await agent.CoolAsync(CoolOrders.Random(random, store.Services.Clock.Last), CancellationToken.None)).HasMore; steps--)
        {
            // Some segments grow cold, others warm.
        }
    }

    private (AsOf AsOf, HybridTimestamp Time) AnyMoment()
    {
        if (oracle.Moments.Count == 0 || random.Next(3) == 0)
        {
            return (AsOf.Latest, HybridTimestamp.MaxValue);
        }

        var (time, sequence) = oracle.Moments[random.Next(oracle.Moments.Count)];
        return partitions == 1 && random.Next(3) == 0 ? (AsOf.After(sequence), time) : (AsOf.At(time), time);
    }

    private SeriesSelector AnySelector()
    {
        var from = random.Next(2) == 0 ? long.MinValue : random.NextInt64(now + 1);
        return new SeriesSelector
        {
            Field = random.Next(2) == 0 ? "f0" : null,
            From = from,
            To = random.Next(2) == 0 ? long.MaxValue : Math.Max(from, 0) + random.NextInt64(2_000 * Second),
            Tags = random.Next(2) == 0 ? [] : [new TagMatcher("host", TagMatcherKind.Equal, $"h{random.Next(3)}")],
        };
    }

    private string AnySeries() => $"host=h{random.Next(3)} f{random.Next(2)}";

    private ChronicleAgent Agent(int partition) => store.Database.Directory.Get<ChronicleAgent>(new AgentId("default", AgentKind.Series, Stream, partition));

    private int PartitionOf(string series) => partitions == 1 ? 0 : SlotMap.Even(partitions).PartitionOf(SeriesKey.TagsOf(series));

    private string HostsOf(int partition) => string.Join('|', Enumerable.Range(0, 3).Select(i => $"h{i}").Where(host => PartitionOf($"host={host} f") == partition).DefaultIfEmpty("none"));
}
