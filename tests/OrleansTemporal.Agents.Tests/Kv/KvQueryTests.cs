using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using OrleansTemporal.Agents.Tests.Oracles;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using OrleansTemporal.Queries;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;

namespace OrleansTemporal.Agents.Tests.Kv;

public sealed class KvQueryTests
{
    // Goal: whatever the history, the partitions and what is sealed, every page of every query is what sorting and
    // counting a dictionary gives, and later writes change nothing of it.
    [Fact]
    public Task queries_answer_as_a_dictionary_would() =>
        Campaign.RunAsync(nameof(queries_answer_as_a_dictionary_would), TimeSpan.FromSeconds(6), static async seed =>
        {
            var random = new Random(seed);
            await using var store = await OpenAsync(random.Next(2) == 0 ? 1 : 3);
            var model = new SortedDictionary<string, string>(Utf8Keys.Order);
            List<(HybridTimestamp Time, SortedDictionary<string, string> State)> moments = [];
            for (var round = 0; round < 6; round++)
            {
                await WriteAsync(store, random, model);
                moments.Add((store.Database.SystemTime, new(model, Utf8Keys.Order)));
                await KeepHouseAsync(store, random);
            }

            for (var i = 0; i < 12; i++)
            {
                var (time, state) = moments[random.Next(moments.Count)];
                await CheckAsync(store, random, time, state);
                await WriteAsync(store, random, model);
            }
        });

    [Fact]
    public async Task a_page_without_total_ends_early_and_says_so()
    {
        await using var store = await OpenAsync(1);
        await store.BatchAsync([.. Enumerable.Range(0, 5_000).Select(static i => Put($"k{i:d5}", $$"""{"n":{{i}}}"""))]);
        var request = new KvQueryRequest { Limit = 10, WithTotal = false, Filter = "{\"gte\":{\"field\":\"n\",\"value\":100}}"u8.ToArray() };
        var page = await QueryAsync(store, request);
        Assert.Equal((10, true, 110L), (page.Rows.Length, page.Plan.ExitedEarly, page.Plan.KeyCount));
        Assert.Null(page.Total);
        Assert.Equal(("k00100", "k00109"), (page.Rows[0].Key, page.Rows[^1].Key));

        var counted = await QueryAsync(store, request with { WithTotal = true });
        Assert.Equal((4_900L, false, 5_000L), (counted.Total!.Value, counted.Plan.ExitedEarly, counted.Plan.KeyCount));
        var next = await QueryAsync(store, request with { WithTotal = true, Cursor = counted.Next });
        Assert.Equal((4_900L, true, 10L), (next.Total!.Value, next.Plan.ExitedEarly, next.Plan.KeyCount));
    }

    // Goal: by counting, whatever history keys have: so many looks under one hold of the gate, so many keys and bytes a turn.
    [Fact]
    public async Task a_turn_gives_the_gate_back_after_so_many_looks_and_ends_after_so_many_keys_and_bytes()
    {
        const int keys = 300;
        const int rounds = 40;
        await using var store = await HeldStore.OpenAsync(new AgentOptions { GenerationBytesMax = 1_000 });
        var moment = HybridTimestamp.Zero;
        for (var round = 0; round < rounds; round++)
        {
            await store.BatchAsync([.. Enumerable.Range(0, keys).Select(i => Put($"k{i:d5}", $$"""{"n":{{round}}}"""))]);
            moment = round == 0 ? store.Database.SystemTime : moment;
        }

        // As of the first round each key is looked for in every generation that came later.
        var agent = store.Agent(Namespace);
        var page = await agent.QueryAsync(new KvQuery { AsOf = AsOf.At(moment), RowCountMax = 1_000, Filter = "{\"eq\":{\"field\":\"n\",\"value\":0}}"u8.ToArray() }, CancellationToken.None);
        Assert.Equal((keys, keys), (page.Rows.Length, (int)page.KeyCount));
        Assert.Equal(Limits.QueryLooksPerHoldMax, agent.LongestQueryHold);

        var large = "\"" + new string('x', 200_000) + "\"";
        for (var i = 0; i < 60; i++)
        {
            await store.PutAsync($"large{i:d3}", large, ns: "large");
        }

        page = await store.Agent("large").QueryAsync(new KvQuery { AsOf = AsOf.At(store.Database.SystemTime) }, CancellationToken.None);
        Assert.InRange(page.ByteCount, Limits.QueryTurnBytesMax, Limits.QueryTurnBytesMax + Limits.ValueBytesMax);
        Assert.NotNull(page.Next);
        Assert.InRange(store.Agent("large").LongestQueryHold, 1, Limits.QueryLooksPerHoldMax);
    }

    [Fact]
    public async Task turns_are_bounded_and_a_long_scan_answers_a_cursor()
    {
        await using var store = await OpenAsync(2);
        for (var batch = 0; batch < 3; batch++)
        {
            await store.BatchAsync([.. Enumerable.Range(batch * 10_000, 10_000).Select(static i => Put($"k{i:d5}", $"{i}"))], atomic: false);
        }

        var counted = await QueryAsync(store, new KvQueryRequest { Aggregates = [new AggregateField("n", AggregateKind.Count, "*"), new AggregateField("s", AggregateKind.Sum, "$")] });
        Assert.Equal("{\"n\":30000,\"s\":449985000}", Encoding.UTF8.GetString(counted.Groups.Single().Span));
        Assert.Equal((2, 4, 30_000L), (counted.Plan.PartitionCount, counted.Plan.TurnCount, counted.Plan.KeyCount));

        // The only match is the last key: pages without rows lead there, and the last one knows the total.
        var request = new KvQueryRequest { Filter = "{\"gte\":{\"field\":\"$\",\"value\":29999}}"u8.ToArray(), KeysScannedMax = 5_000 };
        var pages = new List<KvQueryResult> { await QueryAsync(store, request) };
        while (pages[^1].Next is { } cursor && pages.Count < 10)
        {
            Assert.Equal((0, false), (pages[^1].Rows.Length, pages[^1].Plan.IsComplete));
            pages.Add(await QueryAsync(store, request with { Cursor = cursor }));
        }

        Assert.InRange(pages.Count, 2, 4);
        Assert.Equal("k29999", pages[^1].Rows.Single().Key);
        Assert.Equal((1L, true), (pages[^1].Total!.Value, pages[^1].Plan.IsComplete));
    }

    [Fact]
    public async Task a_query_that_ends_where_its_bounds_do_is_complete()
    {
        await using var store = await OpenAsync(1);
        for (var i = 0; i < Limits.KeysScannedPerPageMax; i += 1_000)
        {
            await store.BatchAsync([.. Enumerable.Range(i, 1_000).Select(static n => Put($"k{n:d5}", $"{n}"))]);
        }

        var none = await QueryAsync(store, new KvQueryRequest { Filter = "{\"lt\":{\"field\":\"$\",\"value\":0}}"u8.ToArray(), KeysScannedMax = Limits.KeysScannedPerPageMax });
        Assert.Equal((0L, true, 1), (none.Total!.Value, none.Plan.IsComplete, none.Plan.TurnCount));
        Assert.Null(none.Next);
        var last = await QueryAsync(store, new KvQueryRequest { Filter = "{\"gte\":{\"field\":\"$\",\"value\":9998}}"u8.ToArray(), Limit = 2, WithTotal = false });
        Assert.Equal((2, 2L, 1), (last.Rows.Length, last.Total!.Value, last.Plan.TurnCount));
        Assert.Null(last.Next);
    }

    [Fact]
    public async Task the_plan_tells_memory_from_segments()
    {
        await using var store = await OpenAsync(1);
        await store.BatchAsync([Put("a", "1"), Put("b", "2"), Put("c", "3")]);
        Assert.Equal((3L, 0L, 3L), Read(await QueryAsync(store, new KvQueryRequest())));
        await TestStore.SealAsync(store.Agent(Namespace));
        await store.ReopenAsync(clean: true);
        await store.PutAsync("c", "33");
        Assert.Equal((3L, 2L, 4L), Read(await QueryAsync(store, new KvQueryRequest())));

        static (long, long, long) Read(KvQueryResult result) => (result.Plan.KeyCount, result.Plan.SealedKeyCount, result.Plan.ByteCount);
    }

    [Theory]
    [InlineData("limit")]
    [InlineData("skip")]
    [InlineData("select")]
    [InlineData("select[1]")]
    [InlineData("sort[0].field")]
    [InlineData("groupBy[0]")]
    [InlineData("aggregate.a")]
    [InlineData("aggregate")]
    [InlineData("filter.eq.field")]
    public async Task a_request_that_can_not_be_is_refused_with_its_field(string field)
    {
        await using var store = await OpenAsync(1);
        var good = new KvQueryRequest();
        var bad = field switch
        {
            "limit" => good with { Limit = Limits.PageCountMax + 1 },
            "skip" => good with { Skip = -1 },
            "select" => good with { Select = ["a"], GroupBy = ["b"] },
            "select[1]" => good with { Select = ["a", ""] },
            "sort[0].field" => good with { GroupBy = ["a"], Sort = [new SortField("b", false)] },
            "groupBy[0]" => good with { GroupBy = ["a..b"] },
            "aggregate.a" => good with { Aggregates = [new AggregateField("a", AggregateKind.Sum, "[")] },
            "aggregate" => good with { GroupBy = ["a"], Aggregates = [new AggregateField("a", AggregateKind.Sum, "b")] },
            _ => good with { Filter = "{\"eq\":{\"value\":1}}"u8.ToArray() },
        };
        var refusal = await RefusedAsync(ErrorCodes.InvalidField, () => QueryAsync(store, bad));
        Assert.Equal(field, refusal.Field);
    }

    [Fact]
    public async Task what_a_query_may_hold_is_bounded()
    {
        await using var store = await OpenAsync(1);
        var large = new string('x', 900_000);
        for (var i = 0; i < 80; i++)
        {
            await store.PutAsync($"k{i:d2}", $$"""{"i":{{i}},"t":"{{large}}"}""");
        }

        var refusal = await RefusedAsync(ErrorCodes.QueryTooLarge, () => QueryAsync(store, new KvQueryRequest { Sort = [new SortField("i", true)] }));
        Assert.Equal(("sort", (long?)Limits.QueryMemoryBytesMax), (refusal.Field, refusal.Limit));
        var few = await QueryAsync(store, new KvQueryRequest { Sort = [new SortField("i", true)], Limit = 3 });
        Assert.Equal(["k79", "k78", "k77"], few.Rows.Select(static row => row.Key));

        // A page in the order of keys ends before it grows beyond what an answer may be.
        var rows = new List<string>();
        var request = new KvQueryRequest { Limit = 1_000 };
        KvQueryResult page;
        do
        {
            page = await QueryAsync(store, request);
            Assert.InRange(page.Rows.Sum(static row => (long)row.Value.Length), 0, Limits.QueryAnswerBytesMax + Limits.ValueBytesMax);
            rows.AddRange(page.Rows.Select(static row => row.Key));
            request = request with { Cursor = page.Next };
        }
        while (page.Next is not null);
        Assert.Equal(Enumerable.Range(0, 80).Select(static i => $"k{i:d2}"), rows);

        await RefusedAsync(ErrorCodes.QueryTooLarge, () => QueryAsync(store, new KvQueryRequest { Select = [.. Enumerable.Range(0, Limits.QueryFieldsMax + 1).Select(static i => $"f{i}")] }));
    }

    [Fact]
    public async Task versions_of_a_key_are_filtered_too()
    {
        await using var store = await OpenAsync(1);
        for (var i = 0; i < 1_000; i++)
        {
            await store.PutAsync("a", $$"""{"n":{{i % 10}},"i":{{i}}}""");
        }

        await store.DeleteAsync("a");
        var query = new KvHistoryQuery { Key = "a", Limit = 30, Ascending = true, Filter = """{"eq":{"field":"n","value":3}}"""u8.ToArray() };
        var found = new List<string>();
        KvHistoryPage page;
        do
        {
            page = await store.Kv.GetHistoryAsync(CallContext.Local, Workspace, Namespace, query, CancellationToken.None);
            found.AddRange(page.Versions.Select(static version => Encoding.UTF8.GetString(version.Value.Span)));
            query = query with { Cursor = page.Next };
        }
        while (!page.Next.IsNone);
        Assert.Equal(Enumerable.Range(0, 100).Select(static i => $$"""{"i":{{(i * 10) + 3}},"n":3}"""), found);
    }

    [Fact]
    public async Task a_namespace_that_is_not_there_has_no_rows()
    {
        await using var store = await OpenAsync(1);
        var rows = await store.Kv.QueryAsync(CallContext.Local, Workspace, "nowhere", new KvQueryRequest(), CancellationToken.None);
        Assert.Equal((0, 0L), (rows.Rows.Length, rows.Total!.Value));
        var counted = await store.Kv.QueryAsync(CallContext.Local, Workspace, "nowhere", new KvQueryRequest { Aggregates = [new AggregateField("n", AggregateKind.Count, "*")] }, CancellationToken.None);
        Assert.Equal("{\"n\":0}", Encoding.UTF8.GetString(counted.Groups.Single().Span));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0.0..")]
    [InlineData("1.x..")]
    [InlineData("1.0.x.")]
    [InlineData("1.0..%")]
    [InlineData("1.0..a.b")]
    [InlineData("1.-1..")]
    public void a_cursor_that_nobody_gave_is_no_cursor(string text) => Assert.False(KvQueryCursor.TryParse(text, out _));

    private static async Task WriteAsync(HeldStore store, Random random, SortedDictionary<string, string> model)
    {
        var operations = ImmutableArray.CreateBuilder<KvOperation>();
        foreach (var key in Enumerable.Range(0, random.Next(1, 40)).Select(_ => $"k{random.Next(80)}{(random.Next(4) == 0 ? "\uE000" : random.Next(4) == 0 ? "😀" : "")}").Distinct())
        {
            if (model.ContainsKey(key) && random.Next(4) == 0)
            {
                model.Remove(key);
                operations.Add(Delete(key));
                continue;
            }

            var document = random.Next(10) == 0 ? "[1,2]" : $$"""{"g":{{random.Next(5)}},"n":{{random.Next(-20, 20)}},"t":"{{(char)('a' + random.Next(4))}}"}""";
            model[key] = document;
            operations.Add(Put(key, document));
        }

        await store.BatchAsync(operations.ToImmutable(), atomic: false);
    }

    private static async Task KeepHouseAsync(HeldStore store, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                await store.MaintainAsync();
                break;
            case 1:
                await TestStore.SealAsync(store.Agent(Namespace, 0), allowMerges: random.Next(2) == 0);
                break;
            case 2:
                await TestStore.SealAsync(store.Agent(Namespace, 0));
                await store.ReopenAsync(clean: random.Next(2) == 0);
                break;
            default:
                break;
        }
    }

    private static async Task CheckAsync(HeldStore store, Random random, HybridTimestamp time, SortedDictionary<string, string> state)
    {
        var least = random.Next(-20, 20);
        var hasFilter = random.Next(3) > 0;
        var prefix = random.Next(3) == 0 ? $"k{random.Next(8)}" : "";
        var matches = state.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(pair => (pair.Key, Text: pair.Value, Tree: JsonDocument.Parse(pair.Value).RootElement))
            .Where(row => !hasFilter || (row.Tree.ValueKind == JsonValueKind.Object && row.Tree.GetProperty("n").GetInt32() >= least)).ToList();
        var request = new KvQueryRequest
        {
            Prefix = prefix,
            Filter = hasFilter ? Encoding.UTF8.GetBytes($"{{\"gte\":{{\"field\":\"n\",\"value\":{least}}}}}") : default,
            AsOf = AsOf.At(time),
            Limit = random.Next(1, 30),
            Skip = random.Next(3) == 0 ? random.Next(10) : 0,
            KeysScannedMax = random.Next(3) == 0 ? 20 : Limits.QueryKeysScannedMax,
        };
        List<string> expected;
        switch (random.Next(3))
        {
            case 0:
                expected = [.. matches.Select(row => $"{row.Key} {row.Text}")];
                break;
            case 1:
                request = request with { Sort = [new SortField("t", true), new SortField("n", false)], Select = ["n", "t"] };
                expected = [.. matches.OrderBy(row => row.Tree.ValueKind == JsonValueKind.Object ? -row.Tree.GetProperty("t").GetString()![0] : 0)
                    .ThenBy(row => row.Tree.ValueKind == JsonValueKind.Object ? row.Tree.GetProperty("n").GetInt32() : int.MinValue).ThenBy(row => row.Key, Utf8Keys.Order)
                    .Select(row => row.Key + " " + (row.Tree.ValueKind == JsonValueKind.Object ? Selected(row.Tree) : "{}"))];
                break;
            default:
                request = request with
                {
                    GroupBy = ["g"],
                    Aggregates = [new AggregateField("c", AggregateKind.Count, "*"), new AggregateField("s", AggregateKind.Sum, "n")],
                    Sort = random.Next(2) == 0 ? [] : [new SortField("s", true)],
                };
                var groups = matches.GroupBy(row => row.Tree.ValueKind == JsonValueKind.Object ? row.Tree.GetProperty("g").GetInt32() : -1)
                    .Select(group => (Group: group.Key, Count: group.Count(), Sum: group.Sum(row => row.Tree.ValueKind == JsonValueKind.Object ? row.Tree.GetProperty("n").GetInt32() : 0)));
                expected = [.. groups.OrderBy(row => request.Sort.IsEmpty ? 0 : -row.Sum).ThenBy(row => row.Group)
                    .Select(row => string.Create(CultureInfo.InvariantCulture, $"{{{(row.Group < 0 ? "" : $"\"g\":{row.Group},")}\"c\":{row.Count},\"s\":{row.Sum}}}"))];
                break;
        }

        var found = new List<string>();
        while (true)
        {
            var page = await QueryAsync(store, request);
            Assert.Equal(time, page.AsOf);
            Assert.True(page.Total is null ? !page.Plan.IsComplete || request.Cursor is not null : page.Total == expected.Count, $"{page.Total} of {expected.Count}");
            found.AddRange(page.Rows.Select(static row => $"{row.Key} {Encoding.UTF8.GetString(row.Value.Span)}"));
            found.AddRange(page.Groups.Select(static group => Encoding.UTF8.GetString(group.Span)));
            Assert.True(page.Rows.Length + page.Groups.Length <= request.Limit);
            if (page.Next is null)
            {
                break;
            }

            Assert.True(KvQueryCursor.TryParse(page.Next.ToString(), out var cursor));
            request = request with { Cursor = cursor };
        }

        Assert.Equal(expected.Skip(request.Skip), found);
    }

    private static string Selected(JsonElement document) => $"{{\"n\":{document.GetProperty("n").GetRawText()},\"t\":{document.GetProperty("t").GetRawText()}}}";

    private static Task<KvQueryResult> QueryAsync(TestStore store, KvQueryRequest request) =>
        store.Kv.QueryAsync(CallContext.Local, Workspace, Namespace, request, CancellationToken.None).AsTask();

    private static async Task<HeldStore> OpenAsync(int partitions)
    {
        var store = await HeldStore.OpenAsync();
        await store.Kv.PutSettingsAsync(CallContext.Local, Workspace, Namespace, new KvSettings { Partitions = partitions }, CancellationToken.None);
        return store;
    }
}
