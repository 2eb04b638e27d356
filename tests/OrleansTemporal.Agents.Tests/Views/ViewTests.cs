using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Agents.Tests.Kv;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using OrleansTemporal.Views;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;

namespace OrleansTemporal.Agents.Tests.Views;

/// <summary>What a view is, beside what it answers.</summary>
public sealed class ViewTests
{
    private const string All = """{"source":"kv/n"}""";

    [Fact]
    public async Task definitions_are_deltas_of_the_views_agent_and_verify()
    {
        await using var store = await HeldStore.OpenAsync();
        await PutAsync(store, "a", All);
        await PutAsync(store, "b", """{"source":"views/a"}""");
        await PutAsync(store, "a", """{"source":"kv/n","query":{"sort":["t"]}}""");
        Assert.Equal((2L, 1L), (await SequenceAsync(store, "a"), await SequenceAsync(store, "b")));
        var page = await store.Database.Directory.Get<IAgent>(AgentOf("b")).ReadDeltasAsync(0, 10, CancellationToken.None);
        Assert.Equal("perspective.compose", DeltaRecord.Read(page.Records.Single()).Kind.ToString());
        await store.ReopenAsync(clean: false);
        Assert.Equal(2, await SequenceAsync(store, "a"));
        Assert.All(await store.Database.Agents.VerifyAsync(CallContext.Local, Workspace, CancellationToken.None), static report => Assert.Null(report.Fault));
    }

    [Fact]
    public async Task a_definition_that_came_no_further_than_the_catalog_is_written_down_by_housekeeping()
    {
        await using var store = await HeldStore.OpenAsync();
        var settings = ViewDefinitionJson.ToBytes(ViewDefinitionJson.Parse(Encoding.UTF8.GetBytes(All)));
        await store.Database.Directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(Workspace))
            .ChangeAsync(new CatalogChange { Kind = AgentKind.Views, Name = "a", Settings = settings }, CancellationToken.None);
        Assert.Equal(0, await SequenceAsync(store, "a"));
        await store.MaintainAsync();
        Assert.Equal(1, await SequenceAsync(store, "a"));
    }

    [Fact]
    public async Task housekeeping_brings_a_view_on_and_a_read_finds_nothing_left_to_do()
    {
        await using var store = await HeldStore.OpenAsync();
        await PutAsync(store, "a", All);
        await store.MaintainAsync();
        await store.PutAsync("k", "1");
        await store.PutAsync("k", "2");
        await store.MaintainAsync();
        var page = await ReadAsync(store, "a");
        Assert.Equal((0L, 0L, "2"), (page.Plan.ChangeCount, page.Plan.KeyCount, Encoding.UTF8.GetString(page.Rows.Single().Value.Span)));
        var info = await store.Database.Views.GetAsync(CallContext.Local, Workspace, "a", CancellationToken.None);
        Assert.Equal((1L, 1L, 2L), (info.Stats.RowCount, info.Stats.BuildCount, info.Stats.ChangeCount));
        await store.PutAsync("l", "3");
        Assert.Equal(1, (await ReadAsync(store, "a")).Plan.ChangeCount);
    }

    [Fact]
    public async Task an_erased_document_is_no_row_at_any_moment_and_counts_for_nothing()
    {
        await using var store = await HeldStore.OpenAsync();
        await PutAsync(store, "a", All);
        await PutAsync(store, "count", """{"source":"views/a","query":{"aggregate":{"n":{"count":"*"}}}}""");
        await store.PutAsync("k", "1");
        await store.PutAsync("l", "2");
        var before = (await ReadAsync(store, "a")).AsOf;
        await ReadAsync(store, "count");
        await PutAsync(store, "byHand", """{"source":"views/a","query":{"aggregate":{"n":{"count":"*"}}},"refresh":"manual"}""");
        Assert.Equal("""{"n":2}""", Encoding.UTF8.GetString((await ReadAsync(store, "byHand")).Groups.Single().Span));
        await store.Kv.EraseAsync(CallContext.Local, Workspace, KvErasureScope.OfKey("n", "k"), CancellationToken.None);
        Assert.Equal(["l"], (await ReadAsync(store, "a")).Rows.Select(static row => row.Key));
        Assert.Equal(["l"], (await ReadAsync(store, "a", AsOf.At(before))).Rows.Select(static row => row.Key));
        Assert.Equal("""{"n":1}""", Encoding.UTF8.GetString((await ReadAsync(store, "count")).Groups.Single().Span));
        Assert.Equal("""{"n":1}""", Encoding.UTF8.GetString((await ReadAsync(store, "count", AsOf.At(before))).Groups.Single().Span));

        // One that is refreshed by hand stays at its moment, without what was erased since; again only what is new is looked at.
        var byHand = await ReadAsync(store, "byHand");
        Assert.Equal("""{"n":1}""", Encoding.UTF8.GetString(byHand.Groups.Single().Span));
        await store.PutAsync("m", "3");
        var again = await ReadAsync(store, "byHand");
        Assert.Equal((byHand.AsOf, 0L, """{"n":1}"""), (again.AsOf, again.Plan.KeyCount, Encoding.UTF8.GetString(again.Groups.Single().Span)));
    }

    [Fact]
    public async Task a_value_that_ends_is_no_row_from_that_instant_on()
    {
        await using var store = await HeldStore.OpenAsync();
        await PutAsync(store, "a", All);
        await PutAsync(store, "sum", """{"source":"kv/n","query":{"aggregate":{"s":{"sum":"$"}}}}""");
        await store.PutAsync("k", "1", new KvPutOptions { TimeToLive = TimeSpan.FromMilliseconds(100) });
        await store.PutAsync("l", "2");
        Assert.Equal("""{"s":3}""", Encoding.UTF8.GetString((await ReadAsync(store, "sum")).Groups.Single().Span));
        Assert.Equal(2, (await ReadAsync(store, "a")).Total);
        store.Time.Advance(TimeSpan.FromMilliseconds(101));
        Assert.Equal("""{"s":2}""", Encoding.UTF8.GetString((await ReadAsync(store, "sum")).Groups.Single().Span));
        var page = await ReadAsync(store, "a");
        Assert.Equal((1L, "l", 0L), (page.Total!.Value, page.Rows.Single().Key, page.Plan.ChangeCount));
    }

    [Fact]
    public async Task a_moment_before_what_a_view_knows_is_answered_from_the_documents()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutAsync("k", "1");
        var before = (await store.PutAsync("l", "2")).Receipt.SystemTime;
        await store.DeleteAsync("k");
        await PutAsync(store, "a", All);
        await ReadAsync(store, "a");
        var page = await ReadAsync(store, "a", AsOf.At(before));
        Assert.Equal((2L, 2L), (page.Total!.Value, page.Plan.KeyCount));
        Assert.Equal(0, (await ReadAsync(store, "a", AsOf.At(before))).Plan.KeyCount);
    }

    [Fact]
    public async Task what_is_refused_names_its_limit()
    {
        await using var store = await HeldStore.OpenAsync();
        await PutAsync(store, "v1", All);
        for (var i = 2; i <= Limits.ViewDepthMax; i++)
        {
            await PutAsync(store, $"v{i}", $$"""{"source":"views/v{{i - 1}}"}""");
        }

        await store.PutAsync("k", "1");
        Assert.Equal("k", (await ReadAsync(store, $"v{Limits.ViewDepthMax}")).Rows.Single().Key);
        await RefusedAsync(ErrorCodes.ViewCycle, () => PutAsync(store, "deeper", $$"""{"source":"views/v{{Limits.ViewDepthMax}}"}"""));
        await RefusedAsync(ErrorCodes.ViewCycle, () => PutAsync(store, "v1", """{"source":"views/v1"}"""));
        await PutAsync(store, "said", $$"""{"source":"kv/n","description":"{{new string('x', Limits.ViewDescriptionLengthMax)}}"}""");
        var refusal = await RefusedAsync(ErrorCodes.InvalidField, () => PutAsync(store, "said", $$"""{"source":"kv/n","description":"{{new string('x', Limits.ViewDescriptionLengthMax + 1)}}"}"""));
        Assert.Equal("description", refusal.Field);

        var fields = Enumerable.Range(0, Limits.IndexesMax).Select(static i => $"f{i}").ToImmutableArray();
        await IndexAsync(store, fields);
        Assert.Equal("indexes", (await RefusedAsync(ErrorCodes.InvalidField, () => IndexAsync(store, fields.Add("more")))).Field);
    }

    [Fact]
    public async Task a_view_that_is_too_large_is_refused_until_it_is_narrower_and_an_index_not_used()
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions { ViewBytesMax = 20_000 });
        await store.BatchAsync([.. Enumerable.Range(0, 1_000).Select(static i => Put($"k{i:d4}", $$"""{"n":{{i}}}"""))]);
        await PutAsync(store, "a", All);
        await RefusedAsync(ErrorCodes.ViewTooLarge, () => ReadAsync(store, "a"));
        await store.MaintainAsync();
        await RefusedAsync(ErrorCodes.ViewTooLarge, () => ReadAsync(store, "a"));
        await PutAsync(store, "a", """{"source":"kv/n","query":{"filter":{"lt":{"field":"n","value":10}}}}""");
        Assert.Equal(10, (await ReadAsync(store, "a")).Total);

        await IndexAsync(store, ["n"]);
        await store.MaintainAsync();
        var found = await QueryAsync(store, """{"eq":{"field":"n","value":7}}""");
        Assert.Equal((1L, null), (found.Total!.Value, found.Plan.Index));
    }

    [Fact]
    public async Task a_view_that_was_too_large_is_looked_at_again_by_who_refreshes_it()
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions { ViewBytesMax = 20_000 });
        await store.BatchAsync([.. Enumerable.Range(0, 1_000).Select(static i => Put($"k{i:d4}", $$"""{"n":{{i}}}"""))]);
        await PutAsync(store, "a", All);
        await RefusedAsync(ErrorCodes.ViewTooLarge, () => ReadAsync(store, "a"));
        await store.BatchAsync([.. Enumerable.Range(0, 990).Select(static i => Delete($"k{i:d4}"))]);
        await store.Database.Views.RefreshAsync(CallContext.Local, Workspace, "a", CancellationToken.None);
        Assert.Equal(10, (await ReadAsync(store, "a")).Total);
    }

    [Theory]
    [InlineData("""{"source":"kv/n","query":{"groupBy":["t"],"aggregate":{"n":{"count":"*"}}}}""")]
    [InlineData("""{"source":"kv/n","query":{"aggregate":{"most":{"max":"t"}}}}""")]
    public async Task groups_and_what_their_documents_bring_in_count_as_memory(string definition)
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions { ViewBytesMax = 20_000 });
        await store.BatchAsync([.. Enumerable.Range(0, 40).Select(static i => Put($"k{i:d4}", $$"""{"t":"{{i}}{{new string('x', 1_000)}}"}"""))]);
        await PutAsync(store, "a", definition);
        await RefusedAsync(ErrorCodes.ViewTooLarge, () => ReadAsync(store, "a"));
        await store.BatchAsync([.. Enumerable.Range(1, 39).Select(static i => Delete($"k{i:d4}"))]);
        await store.Database.Views.RefreshAsync(CallContext.Local, Workspace, "a", CancellationToken.None);
        Assert.Single((await ReadAsync(store, "a")).Groups);
    }

    [Fact]
    public async Task an_index_is_used_where_it_narrows_and_by_the_newest_settings()
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions());
        for (var at = 0; at < Limits.IndexedKeysMax + 10_000; at += 10_000)
        {
            await store.BatchAsync([.. Enumerable.Range(at, 10_000).Select(static i => Put($"k{i:d6}", $$"""{"n":{{i % 1_000}},"one":1}"""))]);
        }

        await IndexAsync(store, ["n", "one"]);
        Assert.Null((await QueryAsync(store, """{"eq":{"field":"n","value":7}}""")).Plan.Index);
        await store.MaintainAsync();
        var found = await QueryAsync(store, """{"eq":{"field":"n","value":7}}""");
        Assert.Equal((110L, "n", 110L), (found.Total!.Value, found.Plan.Index, found.Plan.KeyCount));
        Assert.Null((await QueryAsync(store, """{"eq":{"field":"one","value":1}}""")).Plan.Index);
        Assert.Equal("n", (await QueryAsync(store, """{"and":[{"eq":{"field":"one","value":1}},{"eq":{"field":"n","value":2}},{"gt":{"field":"n","value":1}}]}""")).Plan.Index);
        Assert.Null((await QueryAsync(store, """{"or":[{"eq":{"field":"n","value":2}}]}""")).Plan.Index);
        await IndexAsync(store, ["one"]);
        Assert.Null((await QueryAsync(store, """{"eq":{"field":"n","value":7}}""")).Plan.Index);
    }

    private static Task<KvQueryResult> QueryAsync(HeldStore store, string filter) =>
        store.Kv.QueryAsync(CallContext.Local, Workspace, "n", new KvQueryRequest { Filter = Encoding.UTF8.GetBytes(filter) }, CancellationToken.None).AsTask();

    private static async Task IndexAsync(HeldStore store, ImmutableArray<string> fields)
    {
        var settings = await store.Kv.GetSettingsAsync(CallContext.Local, Workspace, "n", CancellationToken.None);
        await store.Kv.PutSettingsAsync(CallContext.Local, Workspace, "n", settings with { Indexes = fields }, CancellationToken.None);
    }

    private static Task PutAsync(HeldStore store, string view, string definition) =>
        store.Database.Views.PutAsync(CallContext.Local, Workspace, view, ViewDefinitionJson.Parse(Encoding.UTF8.GetBytes(definition)), CancellationToken.None).AsTask();

    private static Task<KvQueryResult> ReadAsync(HeldStore store, string view, AsOf asOf = default) =>
        store.Database.Views.ReadAsync(CallContext.Local, Workspace, view, new ViewRowsRequest { AsOf = asOf }, CancellationToken.None).AsTask();

    private static async Task<long> SequenceAsync(HeldStore store, string view) =>
        (await store.Database.Directory.Get<IAgent>(AgentOf(view)).GetStatusAsync(CancellationToken.None)).Sequence;

    private static AgentId AgentOf(string view) => new(Workspace, AgentKind.Views, view, 0);
}
