using System.Collections.Immutable;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Series;

namespace OrleansTemporal.Agents.Tests.Series;

/// <summary>Goal: a join answers as comparing every point with every other would, page by page, now and as of any moment.</summary>
public sealed class SeriesJoinTests
{
    private static readonly string[] Hosts = ["a", "b", "c"];

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task a_join_answers_as_comparing_every_two_points_would(int partitions)
    {
        for (var seed = 0; seed < 12; seed++)
        {
            var random = new Random(seed);
            await using var store = await HeldStore.OpenAsync();
            var service = store.Database.SeriesService;
            await service.CreateAsync(CallContext.Local, "default", "right", new SeriesSettings { Partitions = partitions }, CancellationToken.None);
            AsOf early = default;
            for (var round = 0; round < 4; round++)
            {
                await store.Database.Series("left").WriteAsync(BatchOf(random, 60));
                var written = await store.Database.Series("right").WriteAsync(BatchOf(random, 60));
                early = round == 1 ? AsOf.At(written.SystemTime) : early;
            }

            foreach (var asOf in new[] { AsOf.Latest, early })
            {
                var (left, right) = (await AllAsync(store, "left", asOf), await AllAsync(store, "right", asOf));
                foreach (var kind in new[] { SeriesJoinKind.Interval, SeriesJoinKind.AsOf })
                {
                    var query = new SeriesJoinQuery
                    {
                        With = "right",
                        On = random.Next(3) switch { 0 => [], 1 => ["host"], _ => ["host", "zone"] },
                        Kind = kind,
                        Within = kind == SeriesJoinKind.AsOf && random.Next(2) == 0 ? null : random.Next(0, 40),
                        Selector = new SeriesSelector { From = random.Next(3) == 0 ? long.MinValue : random.Next(-100, 100), To = random.Next(2) == 0 ? long.MaxValue : random.Next(100, 300) },
                        Limit = random.Next(1, 200),
                        AsOf = asOf,
                    };
                    Assert.Equal(Expected(left, right, query), await JoinAsync(service, query));
                }
            }
        }
    }

    [Fact]
    public async Task what_a_join_can_not_be_is_refused()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.Database.Series("left").WriteAsync(SeriesTags.Empty, "f", new EventTime(1), 1);
        await RefusedAsync(store, new SeriesJoinQuery { With = "left" }, ErrorCodes.InvalidField, "within");
        await RefusedAsync(store, new SeriesJoinQuery { With = "left", Within = -1 }, ErrorCodes.InvalidField, "within");
        await RefusedAsync(store, new SeriesJoinQuery { With = "left", Within = 1, Limit = 0 }, ErrorCodes.InvalidField, "limit");
        await RefusedAsync(store, new SeriesJoinQuery { With = "nothing", Within = 1 }, ErrorCodes.StreamNotFound, "with");
        await RefusedAsync(store, new SeriesJoinQuery { With = "left", Within = 1, AsOf = AsOf.After(1) }, ErrorCodes.SequenceNeedsOneAgent, "asOf");
        var ends = await store.Database.Series("left").JoinAsync(new SeriesJoinQuery { With = "left", Within = long.MaxValue });
        Assert.Single(ends.Rows);
    }

    private static async Task RefusedAsync(HeldStore store, SeriesJoinQuery query, string code, string field)
    {
        var refusal = await Assert.ThrowsAsync<TemporalException>(() => store.Database.Series("left").JoinAsync(query).AsTask());
        Assert.Equal((code, field), (refusal.Code, refusal.Field));
    }

    // Times that are often the same and often late, values of every size.
    private static SeriesBatch BatchOf(Random random, int count)
    {
        var batch = new SeriesBatch();
        for (var i = 0; i < count; i++)
        {
            var tags = SeriesTags.Of([new("host", Hosts[random.Next(3)]), new("zone", random.Next(2) == 0 ? "x" : "y")]);
            var value = random.Next(5) switch { 0 => double.MaxValue, 1 => -double.Epsilon, 2 => -1e300, _ => random.NextDouble() };
            batch.Add(tags, random.Next(4) == 0 ? "g" : "f", new EventTime(random.Next(-200, 400)), value);
        }

        return batch;
    }

    private static async Task<List<SeriesPoint>> AllAsync(HeldStore store, string stream, AsOf asOf)
    {
        var page = await store.Database.Series(stream).ReadAsync(new SeriesSelector(), 10_000, asOf);
        return [.. Enumerable.Range(0, page.Rows.Length).Select(i => new SeriesPoint(page.Series[page.Rows[i]], page.Times[i], page.Values[i]))];
    }

    private static async Task<List<SeriesJoinRow>> JoinAsync(SeriesService service, SeriesJoinQuery query)
    {
        var rows = new List<SeriesJoinRow>();
        while (true)
        {
            var page = await service.JoinAsync(CallContext.Local, "default", "left", query, CancellationToken.None);
            Assert.True(page.Rows.Length <= query.Limit);
            rows.AddRange(page.Rows);
            if (page.Next is null)
            {
                return rows;
            }

            query = query with { After = page.Next, AsOf = AsOf.At(page.SystemTime) };
        }
    }

    private static List<SeriesJoinRow> Expected(List<SeriesPoint> left, List<SeriesPoint> right, SeriesJoinQuery query)
    {
        string KeyOf(SeriesPoint point) => string.Join('|', query.On.Select(tag => SeriesKey.Parse(point.Series).Tags[tag]));
        var rows = new List<SeriesJoinRow>();
        foreach (var point in left.Where(point => point.Time >= query.Selector.From && point.Time < query.Selector.To))
        {
            var others = right.Where(other => KeyOf(other) == KeyOf(point));
            rows.AddRange(query.Kind == SeriesJoinKind.Interval
                ? others.Where(other => Math.Abs(other.Time - point.Time) <= query.Within).Select(other => new SeriesJoinRow(point, other))
                : others.Where(other => other.Time <= point.Time).TakeLast(1).Where(other => query.Within is null || point.Time - other.Time <= query.Within).Select(other => new SeriesJoinRow(point, other)));
        }

        return rows;
    }
}
