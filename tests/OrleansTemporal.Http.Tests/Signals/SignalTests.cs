using System.Globalization;
using System.Text.Json;
using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Signals;

/// <summary>Ledgers over REST.</summary>
public sealed class SignalTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Schema = """{"types":[{"name":"view","halfLife":"7d","halfLives":["1d","30d"],"windows":["1h","24h","7d"]},{"name":"buy","halfLife":"30d"}],"profiles":{"hot":{"view":1,"buy":20}}}""";

    [Fact]
    public async Task a_ledger_is_defined_read_listed_and_grows()
    {
        var written = await server.ExpectAsync(201, "PUT", "/v1/default/signals/defined", Schema);
        Assert.Equal(64, written["root"]!.Length);
        Assert.Equal("catalog/default/catalog/0", written["agent"]);
        var read = await server.ExpectAsync(200, "GET", "/v1/default/signals/defined");
        Assert.Equal("24h", read.Json.GetProperty("types")[0].GetProperty("windows")[1].GetString());
        Assert.Equal(20, read.Json.GetProperty("profiles").GetProperty("hot").GetProperty("buy").GetDouble());
        Assert.Equal(1, read.Json.GetProperty("partitions").GetInt32());
        await server.ExpectAsync(200, "PUT", "/v1/default/signals/defined", Schema.Replace("\"profiles\"", "\"partitions\":1,\"profiles\"", StringComparison.Ordinal));
        await server.ExpectProblemAsync(409, "schema_conflict", "PUT", "/v1/default/signals/defined", """{"types":[{"name":"view","halfLife":"7d"}]}""");
        Assert.Contains("defined", (await server.ExpectAsync(200, "GET", "/v1/default/signals?limit=1000")).Rows.Select(static row => row.GetProperty("name").GetString()));
        Assert.Contains((await server.ExpectAsync(200, "GET", "/v1/default/agents?kind=signals")).Rows, static row => row.GetProperty("agent").GetString() == "signals/default/defined/0");
        await server.ExpectProblemAsync(404, "ledger_not_found", "GET", "/v1/default/signals/nowhere");
        await server.ExpectProblemAsync(404, "workspace_not_found", "GET", "/v1/nowhere/signals/nowhere");
    }

    [Fact]
    public async Task events_are_recorded_once_and_read_back()
    {
        await server.ExpectAsync(201, "PUT", "/v1/default/signals/read", Schema);
        var now = DateTimeOffset.UtcNow;
        var body = $$"""{"events":[{"entity":"a/b","signal":"view","weight":2,"time":"{{Text(now.AddHours(-2))}}","id":"x"},{"entity":"a/b","signal":"view"},{"entity":"a/b","signal":"view","id":"x"}]}""";
        var recorded = await server.ExpectAsync(200, "POST", "/v1/default/signals/read/events", body, ("Idempotency-Key", "k"));
        Assert.Equal(("2", "1", "2"), (recorded["accepted"], recorded["duplicates"], recorded["sequence"]));
        Assert.Equal(recorded["root"], recorded.Header("x-ot-root"));
        Assert.Equal(recorded.Text, (await server.ExpectAsync(200, "POST", "/v1/default/signals/read/events", body, ("Idempotency-Key", "k"))).Text);
        await server.ExpectProblemAsync(422, "idempotency_key_reused", "POST", "/v1/default/signals/read/events", body.Replace("2,", "3,", StringComparison.Ordinal), ("Idempotency-Key", "k"));

        var answer = await server.ExpectAsync(200, "GET", "/v1/default/signals/read/entities/a%2Fb");
        Assert.Equal("a/b", answer["entity"]);
        var view = answer.Json.GetProperty("signals").GetProperty("view");
        Assert.InRange(view.GetProperty("score").GetDouble(), 2.9, 3);
        Assert.Equal(["7d", "1d", "30d"], view.GetProperty("scores").EnumerateObject().Select(static score => score.Name));
        Assert.Equal("""{"1h":1,"24h":2,"7d":2,"all":2}""", view.GetProperty("counts").GetRawText());
        Assert.Equal("""{"1h":1,"24h":3,"7d":3,"all":3}""", view.GetProperty("sums").GetRawText());
        Assert.Equal(2 / 86_400.0, view.GetProperty("velocity").GetProperty("24h").GetDouble(), 12);
        Assert.EndsWith(":00:00Z", view.GetProperty("windowStart").GetProperty("7d").GetString(), StringComparison.Ordinal);
        Assert.Equal("""{"1h":0,"24h":0,"7d":0,"all":0}""", answer.Json.GetProperty("signals").GetProperty("buy").GetProperty("counts").GetRawText());
        Assert.Equal(JsonValueKind.Null, answer.Json.GetProperty("signals").GetProperty("buy").GetProperty("lastEvent").ValueKind);

        // In the past, as known now; and as known before anything was.
        var before = await server.ExpectAsync(200, "GET", $"/v1/default/signals/read/entities/a%2Fb?at={Text(now.AddHours(-1))}");
        Assert.Equal(1, before.Json.GetProperty("signals").GetProperty("view").GetProperty("counts").GetProperty("all").GetInt32());
        var unknown = await server.ExpectAsync(200, "GET", "/v1/default/signals/read/entities/a%2Fb?asOf=1");
        Assert.Equal(0, unknown.Json.GetProperty("signals").GetProperty("view").GetProperty("score").GetDouble());
        Assert.Equal(1, unknown.Json.GetProperty("asOf").GetProperty("sequence").GetInt32());
    }

    [Fact]
    public async Task entities_are_ranked_by_a_profile_and_led_by_any_measure()
    {
        await server.ExpectAsync(201, "PUT", "/v1/default/signals/ranked", Schema.Replace("\"profiles\"", "\"partitions\":3,\"profiles\"", StringComparison.Ordinal));
        await server.ExpectAsync(200, "POST", "/v1/default/signals/ranked/events", """
            {"events":[{"entity":"v1","signal":"view","weight":5},{"entity":"v2","signal":"buy"},{"entity":"v3","signal":"view"},{"entity":"v3","signal":"view"}]}
            """);
        var many = await server.ExpectAsync(200, "POST", "/v1/default/signals/ranked/entities", """{"entities":["v1","nobody","v2","v3"],"profile":"hot"}""");
        Assert.Equal(["v2", "v1", "v3", "nobody"], many.Rows.Select(static row => row.GetProperty("entity").GetString()));
        Assert.Equal(20, many.Rows[0].GetProperty("value").GetDouble(), 3);
        var plain = await server.ExpectAsync(200, "POST", "/v1/default/signals/ranked/entities", """{"entities":["v1","nobody"]}""");
        Assert.Equal(["v1", "nobody"], plain.Rows.Select(static row => row.GetProperty("entity").GetString()));
        Assert.Equal(5, plain.Rows[0].GetProperty("signals").GetProperty("view").GetProperty("score").GetDouble(), 3);
        await LedAsync("signal=view", "v1 v3");
        await LedAsync("signal=view&k=1", "v1");
        await LedAsync("profile=hot&k=2", "v2 v1");
        await LedAsync("signal=view&by=count", "v3 v1");
        await LedAsync("signal=view&by=count&window=all", "v3 v1");
        await LedAsync("signal=view&by=velocity&window=6h", "v3 v1");
        await LedAsync("signal=view&halfLife=30d&at=2000-01-01T00:00:00Z", "");

        async Task LedAsync(string query, string entities) => Assert.Equal(
            entities, string.Join(' ', (await server.ExpectAsync(200, "GET", $"/v1/default/signals/ranked/top?{query}")).Rows.Select(static row => row.GetProperty("entity").GetString())));
    }

    [Theory]
    [InlineData(400, "malformed_json", """{"events":[{"entity":"v1","signal":"view","weight":NaN}]}""")]
    [InlineData(400, "malformed_json", """{"events":[{"entity":"v1","signal":"view","signal":"buy"}]}""")]
    [InlineData(422, "invalid_field", """{"events":[{"entity":"v1","signal":"view","weight":1e999}]}""")]
    [InlineData(422, "invalid_field", """{"events":[{"entity":"v1","signal":"view","weight":-0.5}]}""")]
    [InlineData(422, "invalid_field", """{"events":[{"entity":"v1","signal":"view","weight":"1"}]}""")]
    [InlineData(422, "invalid_field", """{"events":[{"entity":"v1","signal":"view","time":"yesterday"}]}""")]
    [InlineData(422, "invalid_field", """{"events":[{"entity":"v1","signal":"view","id":""}]}""")]
    [InlineData(422, "invalid_field", """{"events":[{"entity":"v1","signal":"view","colour":"red"}]}""")]
    [InlineData(422, "invalid_field", """{"events":[{"signal":"view"}]}""")]
    [InlineData(422, "invalid_field", """{"events":[{"entity":"v1"}]}""")]
    [InlineData(422, "invalid_field", """{"events":[]}""")]
    [InlineData(422, "invalid_field", """{"events":{}}""")]
    [InlineData(422, "invalid_field", """{}""")]
    [InlineData(422, "invalid_key", """{"events":[{"entity":"","signal":"view"}]}""")]
    [InlineData(422, "signal_not_found", """{"events":[{"entity":"v1","signal":"hide"}]}""")]
    [InlineData(422, "event_in_future", """{"events":[{"entity":"v1","signal":"view","time":"2200-01-01T00:00:00Z"}]}""")]
    public async Task bad_events_change_nothing(int status, string code, string body)
    {
        await server.SendAsync("PUT", "/v1/default/signals/bad", Schema);
        await server.ExpectProblemAsync(status, code, "POST", "/v1/default/signals/bad/events", body.Replace("[{", "[{\"entity\":\"ok\",\"signal\":\"view\"},{", StringComparison.Ordinal));
        var ok = await server.ExpectAsync(200, "GET", "/v1/default/signals/bad/entities/ok");
        Assert.Equal(0, ok.Json.GetProperty("signals").GetProperty("view").GetProperty("counts").GetProperty("all").GetInt32());
    }

    [Theory]
    [InlineData(400, "malformed_parameter", "entities/v1?at=noon")]
    [InlineData(400, "malformed_parameter", "entities/v1?asOf=noon")]
    [InlineData(422, "as_of_in_future", "entities/v1?asOf=2200-01-01T00:00:00Z")]
    [InlineData(422, "as_of_in_future", "entities/v1?asOf=999")]
    [InlineData(422, "invalid_field", "top")]
    [InlineData(422, "invalid_field", "top?signal=view&profile=hot")]
    [InlineData(422, "signal_not_found", "top?signal=hide")]
    [InlineData(404, "profile_not_found", "top?profile=cold")]
    [InlineData(400, "malformed_parameter", "top?signal=view&by=fame")]
    [InlineData(422, "invalid_field", "top?signal=view&by=velocity")]
    [InlineData(400, "malformed_parameter", "top?signal=view&by=count&window=long")]
    [InlineData(422, "invalid_field", "top?signal=view&by=count&window=8d")]
    [InlineData(422, "invalid_field", "top?signal=view&k=0")]
    [InlineData(422, "invalid_field", "top?signal=view&k=10001")]
    [InlineData(400, "malformed_parameter", "top?signal=view&k=all")]
    public async Task bad_questions_are_refused_by_name(int status, string code, string question)
    {
        await server.SendAsync("PUT", "/v1/default/signals/asked", Schema);
        await server.ExpectProblemAsync(status, code, "GET", $"/v1/default/signals/asked/{question}");
    }

    [Theory]
    [InlineData(400, "malformed_json", "{")]
    [InlineData(422, "invalid_field", """{"types":[]}""")]
    [InlineData(422, "invalid_field", """{"types":[{"name":"view","halfLife":"7d","decay":"linear"}]}""")]
    [InlineData(422, "invalid_field", """{"types":[{"name":"view","halfLife":"7d"}],"partitions":0}""")]
    public async Task bad_ledgers_are_refused(int status, string code, string body)
    {
        await server.ExpectProblemAsync(status, code, "PUT", "/v1/default/signals/refused", body);
        await server.ExpectProblemAsync(404, "ledger_not_found", "GET", "/v1/default/signals/refused");
    }

    [Fact]
    public async Task more_events_or_entities_than_a_batch_has_are_refused()
    {
        await server.ExpectAsync(201, "PUT", "/v1/default/signals/large", Schema);
        static string Repeat(string item, int count) => string.Join(',', Enumerable.Repeat(item, count));
        const string Event = """{"entity":"v","signal":"view"}""";
        var recorded = await server.ExpectAsync(200, "POST", "/v1/default/signals/large/events", $$"""{"events":[{{Repeat(Event, Limits.BatchCountMax)}}]}""");
        Assert.Equal("10000", recorded["accepted"]);
        await server.ExpectProblemAsync(413, "batch_too_large", "POST", "/v1/default/signals/large/events", $$"""{"events":[{{Repeat(Event, Limits.BatchCountMax + 1)}}]}""");
        var many = await server.ExpectAsync(200, "POST", "/v1/default/signals/large/entities", $$"""{"entities":[{{Repeat("\"v\"", 1_000)}}]}""");
        Assert.Equal(1_000, many.Rows.Count);
        await server.ExpectProblemAsync(413, "batch_too_large", "POST", "/v1/default/signals/large/entities", $$"""{"entities":[{{Repeat("\"v\"", Limits.BatchCountMax + 1)}}]}""");
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
}
