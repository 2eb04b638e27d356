using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OrleansTemporal.Agents.Tests.Signals;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Agents.Tests.Vectors;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Encryption;
using OrleansTemporal.Kv;
using OrleansTemporal.Series;
using OrleansTemporal.Timelines;
using OrleansTemporal.Vectors;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;

namespace OrleansTemporal.Agents.Tests.Channels;

/// <summary>Goal: what deltas of every facet are said to change is what was written, and a filter passes those that evaluating it by hand does.</summary>
public sealed class DeltaExplanationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task deltas_of_all_facets_say_what_was_written_and_filters_pass_what_evaluating_by_hand_passes(int seed)
    {
        var random = new Random(seed);
        await using var store = await HeldStore.OpenAsync(new AgentOptions { GenerationBytesMax = 4_096 });
        var run = new FacetsRun(store, random);
        await run.DefineAsync();
        for (var step = 0; step < 120; step++)
        {
            await run.WriteAsync();
            if (random.Next(25) == 0)
            {
                await store.MaintainAsync();
                await store.ReopenAsync(clean: random.Next(2) == 0);
            }
        }

        // Three more define the ledger, the collection and the timeline.
        await EventuallyAnnouncedAsync(store, run.Told.Count + 3);
        var deltas = await store.ReadAllAsync();
        var explainer = new DeltaExplainer(store.Database.Directory);
        var explained = await explainer.ExplainAsync(deltas, CancellationToken.None);
        foreach (var told in run.Told)
        {
            var place = Enumerable.Range(0, deltas.Length).Single(i => deltas[i].Agent == told.Agent && deltas[i].Sequence == told.Sequence);
            Assert.Equal(told.Sequence, explained[place].Sequence);
            Assert.Equal(told.Magnitude, explained[place].Magnitude, 1e-9);
            Assert.Equal(told.Changes.Select(TextOf), explained[place].Changes.Select(TextOf));
        }

        for (var i = 0; i < 200; i++)
        {
            var filter = NextFilter(random);
            var passing = await explainer.SelectAsync(deltas, DeltaFilter.Compile(filter), CancellationToken.None);
            var byHand = run.Told.Where(told => Passes(filter, told)).Select(static told => (told.Agent, told.Sequence)).ToHashSet();
            var defining = passing.Where(delta => run.Told.All(told => told.Agent != delta.Agent || told.Sequence != delta.Sequence)).ToList();
            Assert.All(defining, static delta => Assert.Equal(1, delta.Sequence));
            Assert.Equal(byHand, passing.Except(defining).Select(static delta => (delta.Agent, delta.Sequence)).ToHashSet());
        }
    }

    [Fact]
    public async Task erased_and_encrypted_documents_are_marked()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.Kv.PutSettingsAsync(CallContext.Local, Workspace, "sealed", new KvSettings { DataKey = DataKeyPolicy.Own }, CancellationToken.None);
        await store.PutAsync("k", "7", ns: "sealed");
        await store.BatchAsync([Put("a", "1"), Put("b", "2")]);
        await store.Kv.EraseAsync(CallContext.Local, Workspace, KvErasureScope.OfKey(Namespace, "a"), CancellationToken.None);
        var encrypted = Assert.Single(Assert.Single(await ExplainAsync(store, AgentKind.Kv, "sealed")).Changes);
        Assert.Equal((ChangeType.Insert, "k", true, true), (encrypted.Type, encrypted.Key, encrypted.Value.IsEmpty, encrypted.IsEncrypted));
        var batch = (await ExplainAsync(store, AgentKind.Kv, Namespace))[0];
        Assert.Equal([(null, ""), (ChangeType.Insert, "b")], batch.Changes.Select(static change => (change.Type, change.Key)));
        Assert.Equal(2, batch.Magnitude);
    }

    [Fact]
    public async Task branches_marks_and_definitions_are_told_by_their_names()
    {
        await using var store = await HeldStore.OpenAsync();
        var timelines = store.Database.Timelines;
        await timelines.DefineAsync(CallContext.Local, Workspace, "w", new TimelineDefinition(2, new TimelinePolicy { Gap = TimelineGapRule.Buffer }), CancellationToken.None);
        await timelines.BranchAsync(CallContext.Local, Workspace, "w", new TimelineBranchOrder { Name = "side" }, CancellationToken.None);
        await timelines.WriteAsync(CallContext.Local, Workspace, "w", new TimelineWrite { Branch = "side", State = new[] { 3f, 4f } }, CancellationToken.None);
        await timelines.MarkAsync(CallContext.Local, Workspace, "w", new TimelineMark { Sequence = 3, Label = "good" }, CancellationToken.None);
        await timelines.WriteAsync(CallContext.Local, Workspace, "w", new TimelineWrite { Indices = new[] { 0 }, Values = new[] { 1f }, Parent = "not-yet", Id = "late" }, CancellationToken.None);
        await timelines.BranchAsync(CallContext.Local, Workspace, "w", new TimelineBranchOrder { Name = "side", Remove = true }, CancellationToken.None);
        var told = await ExplainAsync(store, AgentKind.Timelines, "w");
        Assert.Equal(
            ["Insert ", "Insert side", "Insert side", "Insert good", "", "Delete side"],
            told.Select(static one => string.Join(',', one.Changes.Select(static change => $"{change.Type} {change.Key}"))));
        Assert.Equal(5, told[2].Magnitude);

        var catalog = await store.Database.Directory.Get<IAgent>(SystemAgents.CatalogOf(Workspace)).ExplainDeltasAsync(0, 10, CancellationToken.None);
        Assert.Equal("timelines/w", Assert.Single(catalog[^1].Changes).Key);
        Assert.Equal(ChangeType.Insert, catalog[^1].Changes[0].Type);
    }

    [Fact]
    public async Task a_deletion_of_points_and_a_repeated_event_are_told_as_what_they_are()
    {
        await using var store = await HeldStore.OpenAsync();
        var batch = new SeriesBatch();
        batch.Add(SeriesTags.Parse("host=a"), "n", new EventTime(5), 1);
        await store.Database.SeriesService.WriteAsync(CallContext.Local, Workspace, "cpu", batch, CancellationToken.None);
        await store.Database.SeriesService.DeleteAsync(
            CallContext.Local, Workspace, "cpu", new SeriesSelector { Field = "n", To = 9, Tags = [new TagMatcher("host", TagMatcherKind.Equal, "a"), new TagMatcher("host", TagMatcherKind.NotMatches, "b.*")] }, CancellationToken.None);
        var deleted = Assert.Single((await ExplainAsync(store, AgentKind.Series, "cpu"))[1].Changes);
        Assert.Equal((ChangeType.Delete, "n"), (deleted.Type, deleted.Key));
        Assert.Equal(
            """{"tags":[{"name":"host","not":false,"value":"a"},{"name":"host","not":true,"pattern":"b.*"}],"to":"1970-01-01T00:00:00.000000009Z"}""",
            Encoding.UTF8.GetString(deleted.Value.Span));

        await store.DefineAsync();
        for (var i = 0; i < 2; i++)
        {
            await store.Database.SignalService.RecordAsync(
                CallContext.Local, Workspace, SignalTestCalls.Ledger, [SignalTestCalls.Event("e", weight: 3, id: "once"), SignalTestCalls.Event("e", weight: 1)], CancellationToken.None);
        }

        Assert.Equal([0, 4, 1], (await ExplainAsync(store, AgentKind.Signals, SignalTestCalls.Ledger)).Select(static one => one.Magnitude));
    }

    [Fact]
    public async Task numbers_and_changes_above_their_bounds_are_left_out_and_said_to_be()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.Set().CreateAsync(VectorTestCalls.Small(Limits.VectorDimensionsMax));
        var count = (Limits.ChangeNumbersMax / Limits.VectorDimensionsMax) + 1;
        var vector = new float[Limits.VectorDimensionsMax];
        vector[0] = 2;
        await store.Set().PutManyAsync([.. Enumerable.Range(0, count).Select(i => VectorTestCalls.Put($"v{i}", vector, """{"n":1}"""))]);
        var told = (await ExplainAsync(store, AgentKind.Vectors, VectorTestCalls.Name))[1];
        Assert.Equal(Enumerable.Range(0, count).Select(i => i == count - 1), told.Changes.Select(static change => change.IsCut));
        Assert.Equal("""{"metadata":{"n":1}}""", Encoding.UTF8.GetString(told.Changes[^1].Value.Span));
        Assert.False(told.IsCut);

        var batch = new SeriesBatch();
        for (var i = 0; i <= Limits.DeltaChangesMax; i++)
        {
            batch.Add(SeriesTags.Empty, "n", new EventTime(i), i);
        }

        await store.Database.SeriesService.WriteAsync(CallContext.Local, Workspace, "cpu", batch, CancellationToken.None);
        var points = Assert.Single(await ExplainAsync(store, AgentKind.Series, "cpu"));
        Assert.Equal((true, Limits.DeltaChangesMax, Limits.DeltaChangesMax), (points.IsCut, points.Changes.Length, (int)points.Magnitude));
    }

    private static ValueTask<ImmutableArray<DeltaExplanation>> ExplainAsync(TestStore store, AgentKind kind, string name) =>
        store.Database.Directory.Get<IAgent>(new AgentId(Workspace, kind, name, 0)).ExplainDeltasAsync(0, Limits.DeltaPageMax, CancellationToken.None);

    private static SubscriptionFilter NextFilter(Random random) => new()
    {
        SourcePatterns = random.Next(3) switch { 0 => ["kv/*", "vec*/f?ces"], 1 => ["*s/*"], _ => [] },
        KeyPrefix = random.Next(3) switch { 0 => "a", 1 => "host=h1", _ => null },
        MinMagnitude = random.Next(2) == 0 ? random.Next(6) : null,
        Metadata = random.Next(4) == 0 ? [KeyValuePair.Create("tone", "red")] : [],
        ChangeTypes = random.Next(3) switch { 0 => [ChangeType.Update], 1 => [ChangeType.Insert, ChangeType.Delete], _ => [] },
        Value = random.Next(4) switch
        {
            0 => """{"gt":{"field":"n","value":2}}"""u8.ToArray(),
            1 => """{"or":[{"eq":{"field":"metadata.n","value":1}},{"gte":{"field":"value","value":0}}]}"""u8.ToArray(),
            _ => default,
        },
    };

    private static bool Passes(SubscriptionFilter filter, ToldDelta told) =>
        (filter.SourcePatterns.IsEmpty || filter.SourcePatterns.Any(pattern => Regex.IsMatch(SourceText.Of(told.Agent), $"^{Regex.Escape(pattern).Replace(@"\*", ".*", StringComparison.Ordinal).Replace(@"\?", ".", StringComparison.Ordinal)}$")))
        && filter.Metadata.All(pair => told.Metadata.TryGetValue(pair.Key, out var value) && value == pair.Value)
        && (filter.MinMagnitude is not { } least || told.Magnitude >= least)
        && told.Changes.Any(change =>
            (filter.KeyPrefix is null || change.Key.StartsWith(filter.KeyPrefix, StringComparison.Ordinal))
            && (filter.ChangeTypes.IsEmpty || filter.ChangeTypes.Contains(change.Type))
            && (filter.Value.IsEmpty || ValuePasses(filter.Value, change.Value)));

    private static bool ValuePasses(ReadOnlyMemory<byte> condition, JsonNode? value) => Encoding.UTF8.GetString(condition.Span).Contains("gt\"", StringComparison.Ordinal)
        ? NumberAt(value, "n") > 2
        : NumberAt(value, "metadata", "n") == 1 || NumberAt(value, "value") >= 0;

    private static double? NumberAt(JsonNode? value, params string[] path)
    {
        foreach (var name in path)
        {
            value = (value as JsonObject)?[name];
        }

        return value is JsonValue number && double.TryParse(number.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture, out var parsed) ? parsed : null;
    }

    private static string TextOf(ToldChange change) =>
        $"{change.Type} {change.Key} {change.Magnitude:R} {(change.Value is null ? "" : Encoding.UTF8.GetString(CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(change.Value.ToJsonString()))))}";

    private static string TextOf(DeltaChange change) => $"{change.Type} {change.Key} {change.Magnitude:R} {Encoding.UTF8.GetString(change.Value.Span)}";

    private static Task EventuallyAnnouncedAsync(TestStore store, int count) => Eventually.HoldsAsync($"{count} deltas are announced", async () =>
    {
        await store.AnnounceAsync();
        return (await store.ReadAllAsync()).Length >= count;
    });
}
