using System.Buffers;
using System.Text;
using System.Text.Json;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Errors;
using OrleansTemporal.Signals;
using static OrleansTemporal.Agents.Tests.Signals.SignalTestCalls;

namespace OrleansTemporal.Agents.Tests.Signals;

/// <summary>What a ledger may be, and may become.</summary>
public sealed class SignalSchemaTests
{
    [Fact]
    public void a_schema_reads_back_from_its_json()
    {
        var schema = Read("""{"types":[{"name":"view","halfLife":"7d","halfLives":["30d","7d","1d","1d"],"windows":["24h","60m","1d","7d"],"decay":"exponential"},{"name":"buy","halfLife":"250ms"}],"profiles":{"hot":{"view":1,"view@30d":-0.5,"buy":20}}}""");
        Assert.Equal(["30d", "1d"], schema.Types[0].HalfLives.Select(static span => span.Text));
        Assert.Equal(["60m", "24h", "7d"], schema.Types[0].Windows.Select(static span => span.Text));
        Assert.Equal(["1h", "24h", "7d"], schema.Types[1].Windows.Select(static span => span.Text));
        Assert.Equal(new SignalTerm("view", TimeSpan.FromDays(30), -0.5), schema.Profiles[0].Terms[1]);
        Assert.Equal(Write(schema), Write(Read(Write(schema))));
    }

    [Theory]
    [InlineData("""{"types":[]}""", "types")]
    [InlineData("""{"types":[{"name":"a b","halfLife":"7d"}]}""", "types[0].name")]
    [InlineData("""{"types":[{"name":"a","halfLife":"7d"},{"name":"a","halfLife":"1d"}]}""", "types[1].name")]
    [InlineData("""{"types":[{"name":"a","halfLife":"0s"}]}""", "types[0].halfLife")]
    [InlineData("""{"types":[{"name":"a"}]}""", "types[0].halfLife")]
    [InlineData("""{"types":[{"halfLife":"1d"}]}""", "types[0].name")]
    [InlineData("""{"types":[{"name":"a","halfLife":"week"}]}""", "types[0].halfLife")]
    [InlineData("""{"types":[{"name":"a","halfLife":"7d","halfLives":["1d","2d","3d"]}]}""", "types[0].halfLives")]
    [InlineData("""{"types":[{"name":"a","halfLife":"7d","windows":["90m"]}]}""", "types[0].windows")]
    [InlineData("""{"types":[{"name":"a","halfLife":"7d","windows":["30s"]}]}""", "types[0].windows")]
    [InlineData("""{"types":[{"name":"a","halfLife":"7d","windows":["8d"]}]}""", "types[0].windows")]
    [InlineData("""{"types":[{"name":"a","halfLife":"7d","decay":"linear"}]}""", "types[0].decay")]
    [InlineData("""{"types":[{"name":"a","halfLife":"7d","half":"1d"}]}""", "types[0].half")]
    [InlineData("""{"types":[{"name":"a","halfLife":"7d"}],"profiles":{"hot":{"b":1}}}""", "profiles.hot")]
    [InlineData("""{"types":[{"name":"a","halfLife":"7d"}],"profiles":{"hot":{"a@1d":1}}}""", "profiles.hot")]
    [InlineData("""{"types":[{"name":"a","halfLife":"7d"}],"profiles":{"hot":{}}}""", "profiles.hot")]
    [InlineData("""{"types":[{"name":"a","halfLife":"7d"}],"profiles":{"hot":{"a":"1"}}}""", "profiles.hot.a")]
    [InlineData("""{"types":[{"name":"a","halfLife":"7d"}],"more":1}""", "more")]
    public void a_schema_that_can_not_hold_is_refused_with_the_field(string json, string field)
    {
        var refusal = Assert.Throws<TemporalException>(() => Read(json));
        Assert.Equal((ErrorKind.Invalid, field), (refusal.Kind, refusal.Field));
    }

    [Fact]
    public void more_types_than_there_may_be_are_refused()
    {
        static string Types(int count) => $$"""{"types":[{{string.Join(',', Enumerable.Range(0, count).Select(static i => $$"""{"name":"t{{i}}","halfLife":"1d"}"""))}}]}""";
        Assert.Equal(Limits.SignalTypesMax, Read(Types(Limits.SignalTypesMax)).Types.Length);
        Assert.Equal(Limits.SignalTypesMax, Assert.Throws<TemporalException>(() => Read(Types(Limits.SignalTypesMax + 1))).Limit);
    }

    [Fact]
    public async Task a_schema_grows_and_what_is_recorded_keeps_its_meaning()
    {
        await using var store = await HeldStore.OpenAsync();
        var ledger = await store.DefineAsync(new SignalSchema { Types = [Buy] }, partitions: 2);
        await ledger.RecordAsync([Event("v1", signal: "buy"), Event("v2", signal: "buy")]);
        await RefusedAsync(ErrorCodes.SignalNotFound, () => ledger.RecordAsync("v1", "view"));

        // The new type is named first, and is a new number all the same.
        await ledger.DefineAsync(new SignalSchema { Types = [View, Buy with { Windows = [TimeSpan.FromHours(2)] }], Profiles = Schema.Profiles });
        await ledger.RecordAsync([Event("v1"), Event("v2"), Event("v2", signal: "buy")]);
        await store.ReopenAsync(clean: false);
        ledger = store.SignalsOf();
        Assert.Equal((1L, 1L), ((await ledger.GetAsync("v1")).Of("buy").Count, (await ledger.GetAsync("v1")).Of("view").Count));
        Assert.Equal(TimeSpan.FromHours(2), Assert.Single((await ledger.GetAsync("v2")).Of("buy").Windows).Window.Time);

        foreach (var broken in (SignalSchema[])[new() { Types = [View] }, new() { Types = [View, Buy with { HalfLife = TimeSpan.FromDays(1) }] }, new() { Types = [View with { HalfLives = [] }, Buy] }])
        {
            Assert.Equal(ErrorKind.Conflict, (await RefusedAsync(ErrorCodes.SchemaConflict, () => ledger.DefineAsync(broken))).Kind);
        }

        Assert.Equal("partitions", (await RefusedAsync(ErrorCodes.InvalidField, () => store.Database.SignalService.DefineAsync(CallContext.Local, Workspace, Ledger, Schema, 3, CancellationToken.None))).Field);
    }

    [Fact]
    public async Task an_agent_that_was_not_told_of_a_type_is_told_by_the_first_event_of_it()
    {
        await using var store = await HeldStore.OpenAsync();
        var ledger = await store.DefineAsync(new SignalSchema { Types = [Buy] });
        await ledger.RecordAsync("v1", "buy");

        // As after a crash between the catalog's delta and the agent's.
        var catalog = store.Database.Directory.Get<OrleansTemporal.Catalog.ICatalogAgent>(SystemAgents.CatalogOf(Workspace));
        await catalog.ChangeAsync(
            new OrleansTemporal.Catalog.CatalogChange { Kind = Causality.AgentKind.Signals, Name = Ledger, Settings = Encoding.UTF8.GetBytes(Write(new SignalSchema { Types = [Buy, View] })) }, CancellationToken.None);
        await store.ReopenAsync(clean: false);
        await store.SignalsOf().RecordAsync("v1", "view");
        Assert.Equal(1, (await store.SignalsOf().GetAsync("v1")).Of("view").Count);
    }

    private static SignalSchema Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return SignalSchemaJson.Read(document.RootElement);
    }

    private static string Write(SignalSchema schema)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            SignalSchemaJson.WriteMembers(json, schema);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
