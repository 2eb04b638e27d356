using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Kernel.Tests.Channels;

/// <summary>What a filter of a subscription passes, what it may say, and how it is written.</summary>
public sealed class DeltaFilterTests
{
    [Fact]
    public void one_change_has_to_meet_key_type_and_value_together()
    {
        var filter = Compile("""{"keyPrefix":"a","changeTypes":["update"],"value":{"gt":{"field":"n","value":5}}}""");
        Assert.True(filter.NeedsExplanation);
        Assert.True(filter.PassesChanges(Explained(Change(ChangeType.Insert, "b", """{"n":1}"""), Change(ChangeType.Update, "ab", """{"n":6}"""))));
        Assert.False(filter.PassesChanges(Explained(Change(ChangeType.Insert, "ab", """{"n":6}"""), Change(ChangeType.Update, "ab", """{"n":5}"""), Change(ChangeType.Update, "b", """{"n":6}"""))));
        Assert.False(filter.PassesChanges(Explained(new DeltaChange { Key = "" })));
        Assert.False(filter.PassesChanges(new DeltaExplanation { Sequence = 1, Changes = [], IsErased = true }));
        Assert.True(filter.PassesChanges(new DeltaExplanation { Sequence = 1, Changes = [], IsCut = true }));
    }

    [Fact]
    public void a_delete_has_no_value_so_no_condition_on_one_holds()
    {
        var filter = Compile("""{"value":{"not":{"exists":"n"}}}""");
        Assert.False(filter.PassesChanges(Explained(Change(ChangeType.Delete, "a", ""))));
        Assert.True(filter.PassesChanges(Explained(Change(ChangeType.Insert, "a", "{}"))));
    }

    [Fact]
    public void source_and_metadata_are_decided_without_an_explanation()
    {
        var filter = Compile("""{"sourcePatterns":["kv/o*","series/*"],"metadata":{"env":"prod"}}""");
        Assert.False(filter.NeedsExplanation);
        Assert.True(filter.PassesHeader(Delta(AgentKind.Kv, "orders", ("env", "prod"), ("x", "y"))));
        Assert.True(filter.PassesHeader(Delta(AgentKind.Series, "cpu", ("env", "prod"))));
        Assert.False(filter.PassesHeader(Delta(AgentKind.Kv, "users", ("env", "prod"))));
        Assert.False(filter.PassesHeader(Delta(AgentKind.Kv, "orders", ("env", "test"))));
        Assert.False(filter.PassesHeader(Delta(AgentKind.Kv, "orders")));
        Assert.True(DeltaFilter.All.PassesHeader(Delta(AgentKind.Vectors, "v")));
    }

    [Theory]
    [InlineData("[]", "filter")]
    [InlineData("""{"sourcePattern":"*"}""", "filter.sourcePattern")]
    [InlineData("""{"sourcePatterns":"*"}""", "filter.sourcePatterns")]
    [InlineData("""{"sourcePatterns":["kv/*",""]}""", "filter.sourcePatterns[1]")]
    [InlineData("""{"keyPrefix":7}""", "filter.keyPrefix")]
    [InlineData("""{"keyPrefix":""}""", "filter.keyPrefix")]
    [InlineData("""{"minMagnitude":-1}""", "filter.minMagnitude")]
    [InlineData("""{"minMagnitude":1e999}""", "filter.minMagnitude")]
    [InlineData("""{"minMagnitude":"1"}""", "filter.minMagnitude")]
    [InlineData("""{"metadata":[]}""", "filter.metadata")]
    [InlineData("""{"metadata":{"a":1}}""", "filter.metadata.a")]
    [InlineData("""{"metadata":{"":"x"}}""", "filter.metadata")]
    [InlineData("""{"changeTypes":["upsert"]}""", "filter.changeTypes")]
    [InlineData("""{"value":{"equals":1}}""", "filter.value")]
    [InlineData("""{"value":{"gt":{"field":"n","value":true}}}""", "filter.value.gt.value")]
    [InlineData("""{"value":{"matches":{"field":"n","value":"("}}}""", "filter.value.matches.value")]
    public void what_can_not_hold_is_refused_with_its_field(string json, string field)
    {
        var refused = Assert.Throws<TemporalException>(() => Read(json));
        Assert.Equal((ErrorKind.Invalid, field), (refused.Kind, refused.Field));
        Assert.Contains(refused.Code, new[] { ErrorCodes.InvalidFilter, ErrorCodes.InvalidPattern });
    }

    [Theory]
    [InlineData("""{"keyPrefix":"a","keyPrefix":"b"}""")]
    [InlineData("""{"keyPrefix":"\ud800"}""")]
    [InlineData("""{"metadata":{"\ud800":"a"}}""")]
    public void what_is_no_json_is_refused(string json) =>
        Assert.Equal(ErrorCodes.MalformedJson, Assert.Throws<TemporalException>(() => Read(json)).Code);

    [Fact]
    public void a_filter_has_so_many_parts_and_no_more()
    {
        var full = new SubscriptionFilter
        {
            SourcePatterns = [.. Enumerable.Repeat("*", Limits.SubscriptionFilterPartsMax)],
            Metadata = [.. Enumerable.Range(0, Limits.SubscriptionFilterPartsMax).Select(static i => KeyValuePair.Create($"k{i}", ""))],
            KeyPrefix = new string('k', Limits.KeyBytesMax),
        };
        SubscriptionFilterRules.Validate(full, "filter");
        Refused("filter.sourcePatterns", full with { SourcePatterns = full.SourcePatterns.Add("*") });
        Refused("filter.metadata", full with { Metadata = full.Metadata.Add(KeyValuePair.Create("x", "")) });
        Refused("filter.metadata", full with { Metadata = [KeyValuePair.Create("x", new string('v', Limits.MetadataBytesMax + 1))] });
        Refused("filter.changeTypes", full with { ChangeTypes = [.. Enumerable.Repeat(ChangeType.Insert, Limits.SubscriptionFilterPartsMax + 1)] });
        Refused("filter.changeTypes", full with { ChangeTypes = [(ChangeType)9] });
        Refused("filter.keyPrefix", full with { KeyPrefix = full.KeyPrefix + "k" });

        static void Refused(string field, SubscriptionFilter filter) =>
            Assert.Equal(field, Assert.Throws<TemporalException>(() => SubscriptionFilterRules.Validate(filter, "filter")).Field);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"sourcePatterns":["kv/*"],"keyPrefix":"a","minMagnitude":0.5,"metadata":{"a":"b"},"changeTypes":["insert","delete"],"value":{"eq":{"field":"a","value":1}}}""")]
    public void a_filter_reads_back_from_its_json(string json)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            SubscriptionFilterJson.Write(writer, Read(json));
        }

        Assert.Equal(json, Encoding.UTF8.GetString(stream.ToArray()));
        Assert.Empty(Read("null").SourcePatterns);
    }

    private static SubscriptionFilter Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return SubscriptionFilterJson.Read(document.RootElement, "filter");
    }

    private static DeltaFilter Compile(string json) => DeltaFilter.Compile(Read(json));

    private static DeltaChange Change(ChangeType type, string key, string value) => new() { Type = type, Key = key, Value = Encoding.UTF8.GetBytes(value) };

    private static DeltaExplanation Explained(params DeltaChange[] changes) => new() { Sequence = 1, Changes = [.. changes] };

    private static AgentDelta Delta(AgentKind kind, string name, params (string Key, string Value)[] metadata) => new()
    {
        Agent = new AgentId("default", kind, name, 0),
        Sequence = 1,
        SystemTime = new HybridTimestamp(1),
        Kind = DeltaKind.Parse("storage.store"),
        Root = default,
        Metadata = [.. metadata.Select(static pair => KeyValuePair.Create(pair.Key, pair.Value))],
    };
}
