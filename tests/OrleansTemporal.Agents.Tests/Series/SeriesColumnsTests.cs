using OrleansTemporal.Agents;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Series;

namespace OrleansTemporal.Agents.Tests.Series;

/// <summary>Points in columns: what is written is what the columns say, whichever way it goes.</summary>
public sealed class SeriesColumnsTests
{
    private static readonly SeriesKey First = SeriesKey.Of(SeriesTags.Of([new("host", "a")]), "f");
    private static readonly SeriesKey Second = SeriesKey.Of(SeriesTags.Of([new("host", "b")]), "f");

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(1, true)]
    public async Task columns_are_written_as_points_one_by_one_would_be(int partitions, bool withKey)
    {
        await using var store = await HeldStore.OpenAsync();
        await store.Database.SeriesService.CreateAsync(CallContext.Local, "default", "s", new SeriesSettings { Partitions = partitions }, CancellationToken.None);
        var table = new SeriesTable([First, Second]);
        var call = withKey ? CallContext.Local with { IdempotencyKey = "once" } : CallContext.Local;
        for (var round = 0; round < 2; round++)
        {
            // The same request again, as far as it has a key.
            var columns = SeriesColumns.Of(table, [1, 0, 1], [30, 10, 20], [3, 1, 2]);
            await store.Database.SeriesService.WriteAsync(call, "default", "s", columns, CancellationToken.None);
        }

        await store.Database.Series("s").WriteAsync(SeriesColumns.Of(table, new EventTime(40), [4, 5]));
        await store.Database.Series("s").WriteAsync(SeriesColumns.Of(First, [50, 60], [6, 7]));
        var page = await store.Database.Series("s").ReadAsync(new SeriesSelector());
        Assert.Equal(
            ["10 host=a f 1", "20 host=b f 2", "30 host=b f 3", "40 host=a f 4", "40 host=b f 5", "50 host=a f 6", "60 host=a f 7"],
            page.Rows.Select((row, i) => $"{page.Times[i]} {page.Series[row]} {page.Values[i]}"));
    }

    [Fact]
    public async Task columns_that_do_not_fit_together_are_refused()
    {
        await using var store = await HeldStore.OpenAsync();
        var table = new SeriesTable([First, Second]);
        Assert.Equal("series", Assert.Throws<TemporalException>(() => new SeriesTable([First, First])).Field);
        Assert.Equal(ErrorCodes.BatchTooLarge, Assert.Throws<TemporalException>(() => new SeriesTable([])).Code);
        foreach (var columns in new[]
        {
            SeriesColumns.Of(table, [0, 2], [1, 2], [1, 2]),
            SeriesColumns.Of(table, [0, -1], [1, 2], [1, 2]),
            SeriesColumns.Of(table, [0, 1], [1], [1, 2]),
            SeriesColumns.Of(table, [0, 1], [1, 2], [1, double.NaN]),
            SeriesColumns.Of(table, [0, 1], [1, 2], [1, double.NegativeInfinity]),
            SeriesColumns.Of(First, [1, 2], [1]),
        })
        {
            foreach (var call in new[] { CallContext.Local, CallContext.Local with { IdempotencyKey = "k" } })
            {
                var refusal = await Assert.ThrowsAsync<TemporalException>(() => store.Database.SeriesService.WriteAsync(call, "default", "s", columns, CancellationToken.None).AsTask());
                Assert.Equal(ErrorKind.Invalid, refusal.Kind);
            }
        }

        var large = SeriesColumns.Of(First, new long[Limits.SeriesRowsMax + 1], new double[Limits.SeriesRowsMax + 1]);
        Assert.Equal(Limits.SeriesRowsMax, (await Assert.ThrowsAsync<TemporalException>(() => store.Database.Series("s").WriteAsync(large).AsTask())).Limit);
    }

    // Goal: chunks that writers encode outside of the gate are never seen twice or not at all, while others read.
    [Fact]
    public async Task readers_see_every_point_once_while_writers_fill_chunks()
    {
        await using var store = await HeldStore.OpenAsync();
        var stream = store.Database.Series("s");
        await stream.WriteAsync(SeriesColumns.Of(First, [0], [0]));
        var next = 1L;
        var writers = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 60; i++)
            {
                var start = Interlocked.Add(ref next, 500) - 500;
                long[] times = [.. Enumerable.Range(0, 500).Select(n => start + n)];
                await stream.WriteAsync(SeriesColumns.Of(First, times, [.. times.Select(static time => (double)time)]));
            }
        })).ToArray();
        var all = Task.WhenAll(writers);
        while (!all.IsCompleted)
        {
            var page = await stream.ReadAsync(new SeriesSelector(), Limits.SeriesRowsPerPageMax);
            Assert.Equal(page.Times.Length, page.Times.Distinct().Count());
            Assert.Equal(1, page.Times.Length % 500);
            var agent = store.Database.Directory.Get<ChronicleAgent>(new AgentId("default", AgentKind.Series, "s", 0));
            await agent.MaintainAsync(new MaintenanceBudget { SealEverything = true }, CancellationToken.None);
        }

        await all;
        Assert.Equal(Enumerable.Range(0, 90_001).Select(static i => (long)i), (await stream.ReadAsync(new SeriesSelector(), Limits.SeriesRowsPerPageMax)).Times);
    }
}
