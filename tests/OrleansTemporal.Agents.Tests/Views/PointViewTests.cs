using System.Text;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;
using OrleansTemporal.Series;
using OrleansTemporal.Views;

namespace OrleansTemporal.Agents.Tests.Views;

/// <summary>What is particular to views over streams.</summary>
public sealed class PointViewTests
{
    private const string Workspace = "default";

    [Fact]
    public async Task a_deletion_of_more_points_than_are_taken_out_one_by_one_makes_the_view_anew()
    {
        await using var store = await HeldStore.OpenAsync();
        var batch = new SeriesBatch();
        for (var i = 0; i <= Limits.ViewDeletedPointsMax; i++)
        {
            batch.Add(SeriesTags.Empty, "f", new EventTime(i), 1);
        }

        await PutAsync(store, """{"source":"series/s","query":{"aggregate":{"n":{"count":"*"}}}}""");
        await store.Database.Series("s").WriteAsync(batch);
        Assert.Equal($$"""{"n":{{Limits.ViewDeletedPointsMax + 1}}}""", await ReadAsync(store));
        await store.Database.Series("s").DeleteAsync(new SeriesSelector { From = 1, To = 3 });
        Assert.Equal($$"""{"n":{{Limits.ViewDeletedPointsMax - 1}}}""", await ReadAsync(store));
        Assert.Equal(1, await BuildsAsync(store));
        batch.Clear();
        batch.Add(SeriesTags.Empty, "f", new EventTime(1), 1);
        batch.Add(SeriesTags.Empty, "f", new EventTime(2), 1);
        await store.Database.Series("s").WriteAsync(batch);
        await store.Database.Series("s").DeleteAsync(new SeriesSelector());
        await store.Database.Series("s").WriteAsync(SeriesTags.Empty, "f", new EventTime(7), 1);
        Assert.Equal("""{"n":1}""", await ReadAsync(store));
        Assert.Equal(2, await BuildsAsync(store));
    }

    [Fact]
    public async Task the_longest_key_of_a_row_is_where_a_page_goes_on()
    {
        await using var store = await HeldStore.OpenAsync();
        var tags = SeriesTags.Of([new("t", new string('x', Limits.KeyBytesMax - 4))]);
        for (var i = 1; i <= 2; i++)
        {
            await store.Database.Series("s").WriteAsync(tags, "f", new EventTime(i), i);
        }

        await PutAsync(store, """{"source":"series/s","query":{"select":["value"]}}""");
        var first = await store.Database.Views.ReadAsync(CallContext.Local, Workspace, "v", new ViewRowsRequest { Limit = 1 }, CancellationToken.None);
        Assert.Equal(Limits.ViewKeyBytesMax, Encoding.UTF8.GetByteCount(first.Rows.Single().Key));
        Assert.True(KvQueryCursor.TryParse(first.Next!.ToString(), out var cursor));
        var second = await store.Database.Views.ReadAsync(CallContext.Local, Workspace, "v", new ViewRowsRequest { Limit = 1, Cursor = cursor }, CancellationToken.None);
        Assert.Equal("""{"value":2}""", Encoding.UTF8.GetString(second.Rows.Single().Value.Span));
        Assert.False(KvQueryCursor.TryParse(new KvQueryCursor(first.AsOf, 1, 2, first.Rows[0].Key + "x").ToString(), out _));
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(123_456_789)]
    [InlineData(1_000_000_000)]
    [InlineData(long.MaxValue)]
    public void keys_name_their_point_and_texts_that_are_none_are_refused(long time)
    {
        const string Series = "host=a\\ b usage";
        var key = ViewPointDocument.KeyOf(time, Series);
        Assert.True(ViewPointDocument.TryReadKey(key, out var read, out var series));
        Assert.Equal((time, Series), (read, series));
        foreach (var hostile in new[] { "", "k", key[..30], key[1..], key.Replace('Z', 'z'), "2026-13-01T00:00:00.000000000Z f", "2026-01-01T00:00:00.00000000+1Z f" })
        {
            Assert.False(ViewPointDocument.TryReadKey(hostile, out _, out _), hostile);
        }
    }

    private static async Task<string> ReadAsync(TestStore store)
    {
        var page = await store.Database.Views.ReadAsync(CallContext.Local, Workspace, "v", new ViewRowsRequest(), CancellationToken.None);
        return Encoding.UTF8.GetString(page.Groups.Single().Span);
    }

    private static async Task<long> BuildsAsync(TestStore store) =>
        (await store.Database.Views.GetAsync(CallContext.Local, Workspace, "v", CancellationToken.None)).Stats.BuildCount;

    private static Task PutAsync(TestStore store, string definition) =>
        store.Database.Views.PutAsync(CallContext.Local, Workspace, "v", ViewDefinitionJson.Parse(Encoding.UTF8.GetBytes(definition)), CancellationToken.None).AsTask();
}
