using System.Text;
using OrleansTemporal.Agents.Tests.Kv;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Hosting;
using OrleansTemporal.Series;
using OrleansTemporal.Views;

namespace OrleansTemporal.Agents.Tests.Views;

/// <summary>Goal: a notice wakes the views of its source and no others, and none of them depends on one.</summary>
public sealed class ViewLoopTests
{
    private const string Workspace = "default";

    [Fact]
    public async Task a_notice_wakes_the_views_of_its_source_and_no_others()
    {
        await using var store = await HeldStore.OpenAsync();
        await PutAsync(store.Database, "documents", """{"source":"kv/n"}""");
        await PutAsync(store.Database, "above", """{"source":"views/documents","query":{"aggregate":{"n":{"count":"*"}}}}""");
        await PutAsync(store.Database, "points", """{"source":"series/n"}""");
        await PutAsync(store.Database, "byHand", """{"source":"kv/n","refresh":"manual"}""");
        await using var loop = new ViewLoop(store.Database.Directory, (NoticeHub)store.Database.Notices, store.Services);
        await loop.LookAsync(CancellationToken.None);
        await store.PutAsync("k", "1");
        var batch = Of(new AgentId(Workspace, AgentKind.Kv, "n", 0));
        Assert.Equal(3, await loop.HearAsync(batch, CancellationToken.None));
        Assert.Equal((1L, 1L, 0L, 0L), await ChangesAsync(store.Database));

        // One that comes twice finds nothing to do; those of others look at nothing.
        Assert.Equal(3, await loop.HearAsync(batch, CancellationToken.None));
        Assert.Equal((1L, 1L, 0L, 0L), await ChangesAsync(store.Database));
        Assert.Equal(0, await loop.HearAsync(Of(new AgentId(Workspace, AgentKind.Kv, "m", 0), new AgentId("other", AgentKind.Kv, "n", 0), new AgentId(Workspace, AgentKind.Signals, "n", 0)), CancellationToken.None));
        await store.Database.Series("n").WriteAsync(SeriesTags.Empty, "f", new EventTime(1), 1);
        Assert.Equal(1, await loop.HearAsync(Of(new AgentId(Workspace, AgentKind.Series, "n", 0)), CancellationToken.None));
        Assert.Equal((1L, 1L, 1L, 0L), await ChangesAsync(store.Database));

        // A namespace that has got settings may have got an index.
        Assert.Equal(4, await loop.HearAsync(Of(SystemAgents.CatalogOf(Workspace)), CancellationToken.None));
    }

    // Goal: by counting, a notice costs a look at the views of its source, however many agents are open.
    [Fact]
    public async Task a_notice_goes_through_no_agents_and_asks_no_view_of_another_source()
    {
        await using var store = await HeldStore.OpenAsync();
        for (var i = 0; i < 20; i++)
        {
            await store.PutAsync("k", "1", ns: $"n{i}");
            await PutAsync(store.Database, $"v{i}", $$"""{"source":"kv/n{{i}}"}""");
        }

        await using var host = new CountingHost(store.Database.Directory);
        await using var loop = new ViewLoop(host, (NoticeHub)store.Database.Notices, store.Services);
        await loop.LookAsync(CancellationToken.None);
        var seen = host.AgentsSeen;
        Assert.InRange(seen, 40, int.MaxValue);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(1, await loop.HearAsync(Of(new AgentId(Workspace, AgentKind.Kv, $"n{i}", 0)), CancellationToken.None));
        }

        Assert.Equal(seen, host.AgentsSeen);

        // A view that is defined anew follows its new source, one that is new is found, and one whose source is gone is left alone.
        await PutAsync(store.Database, "v0", """{"source":"kv/n1"}""");
        await PutAsync(store.Database, "late", """{"source":"kv/n2"}""");
        Assert.Equal(21, await loop.HearAsync(Of(SystemAgents.CatalogOf(Workspace)), CancellationToken.None));
        Assert.Equal(0, await loop.HearAsync(Of(new AgentId(Workspace, AgentKind.Kv, "n0", 0)), CancellationToken.None));
        Assert.Equal(2, await loop.HearAsync(Of(new AgentId(Workspace, AgentKind.Kv, "n1", 0)), CancellationToken.None));
        Assert.Equal(2, await loop.HearAsync(Of(new AgentId(Workspace, AgentKind.Kv, "n2", 0), new AgentId(Workspace, AgentKind.Kv, "n2", 1)), CancellationToken.None));
        Assert.Equal(0, await loop.HearAsync(Of(SystemAgents.CatalogOf("other")), CancellationToken.None));
    }

    [Fact]
    public async Task notices_that_are_lost_are_made_up_for()
    {
        await using var store = await HeldStore.OpenAsync();
        await PutAsync(store.Database, "documents", """{"source":"kv/n"}""");
        await using var loop = new ViewLoop(store.Database.Directory, (NoticeHub)store.Database.Notices, store.Services);
        await loop.LookAsync(CancellationToken.None);
        await store.PutAsync("k", "1");
        Assert.Equal(1, await loop.HearAsync(new NoticeBatch { Notices = [], HasLost = true }, CancellationToken.None));
        Assert.Equal(1, (await StatsAsync(store.Database, "documents")).ChangeCount);
        await store.PutAsync("k", "2");
        await loop.LookAsync(CancellationToken.None);
        Assert.Equal(2, (await StatsAsync(store.Database, "documents")).ChangeCount);
        await store.PutAsync("k", "3");
        var page = await store.Database.Views.ReadAsync(CallContext.Local, Workspace, "documents", new ViewRowsRequest(), CancellationToken.None);
        Assert.Equal("3", Encoding.UTF8.GetString(page.Rows.Single().Value.Span));
    }

    [Fact]
    public async Task a_write_reaches_a_view_that_nobody_reads_and_housekeeping_does_not_touch()
    {
        var folder = Directory.CreateTempSubdirectory("ot-views-");
        try
        {
            await using var database = await TemporalDatabase.OpenAsync(new TemporalOptions { DataDirectory = folder.FullName, MaintenanceInterval = TimeSpan.FromMinutes(1) });
            await PutAsync(database, "documents", """{"source":"kv/n"}""");
            await Eventually.HoldsAsync("the view is made", async () => (await StatsAsync(database, "documents")).BuildCount == 1);
            for (var i = 1; i <= 3; i++)
            {
                await database.Kv("n").PutAsync("k", i);
                await Eventually.HoldsAsync("the view has taken it in", async () => (await StatsAsync(database, "documents")).ChangeCount == i);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static NoticeBatch Of(params AgentId[] agents) => new() { Notices = [.. agents.Select(static agent => new AgentNotice(agent, 1))] };

    private static async Task<(long Documents, long Above, long Points, long ByHand)> ChangesAsync(TemporalDatabase database) => (
        (await StatsAsync(database, "documents")).ChangeCount,
        (await StatsAsync(database, "above")).ChangeCount,
        (await StatsAsync(database, "points")).ChangeCount,
        (await StatsAsync(database, "byHand")).ChangeCount);

    private static async Task<ViewStats> StatsAsync(TemporalDatabase database, string view) =>
        (await database.Views.GetAsync(CallContext.Local, Workspace, view, CancellationToken.None)).Stats;

    private static Task PutAsync(TemporalDatabase database, string view, string definition) =>
        database.Views.PutAsync(CallContext.Local, Workspace, view, ViewDefinitionJson.Parse(Encoding.UTF8.GetBytes(definition)), CancellationToken.None).AsTask();
}
