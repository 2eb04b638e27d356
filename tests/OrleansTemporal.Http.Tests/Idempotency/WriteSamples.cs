namespace OrleansTemporal.Http.Tests.Idempotency;

/// <summary>A sample of each write of the API, by the name of its operation.</summary>
public static class WriteSamples
{
    private const string Kv = "/v1/idem/kv/docs";
    private const string Line = "/v1/idem/timelines";
    private const string Two = """{"dimensions":2}""";

    /// <summary>POSTs that ask and change nothing. What is neither here nor among the samples fails the test.</summary>
    public static IReadOnlySet<string> Questions { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "promLabelValuesByForm", "promLabelsByForm", "promMetadataByForm", "promQueryByForm", "promQueryRangeByForm", "promSeriesByForm", "promBuildInfoByForm",
        "getKeys", "queryKeys", "askLineage", "getEntitiesSignals", "searchVectors",
    };

    /// <summary>The samples.</summary>
    public static IReadOnlyDictionary<string, WriteSample> All { get; } = new Dictionary<string, WriteSample>(StringComparer.Ordinal)
    {
        ["writeLines"] = new("/api/v2/write?bucket=idem&precision=ms", "lines,host=a usage=1 1000", "lines,host=a usage=2 1000")
        {
            AnswersState = true,
            Witness = "/v1/idem/series/lines",
            ContentType = "text/plain",
        },
        ["deleteWorkspace"] = new("/v1/idem.gone") { Before = [("PUT", "/v1/idem.gone", null)] },
        ["putWorkspace"] = new("/v1/idem.made", """{"durability":"durable"}""", """{"durability":"buffered"}""") { Between = [("PUT", "/v1/idem.made", """{"durability":"buffered"}""")] },
        ["backUp"] = new("/v1/idem/backups", """{"to":"idem"}""", """{"to":"idem.other"}""") { IsOperation = true, Before = [("PUT", $"{Kv}/backed", "1")] },
        ["restore"] = new("/v1/idem.back/restores", """{"from":"idem.back"}""", """{"from":"idem.other"}""")
        {
            IsOperation = true,
            Before = [("PUT", "/v1/idem.back", null), ("PUT", "/v1/idem.back/kv/n/a", "1"), ("POST", "/v1/idem.back/backups", """{"to":"idem.back"}"""), ("DELETE", "/v1/idem.back", null)],
        },
        ["putChannel"] = new("/v1/idem/channels/made", """{"guarantee":"atLeastOnce"}""", """{"guarantee":"exactlyOnce"}"""),
        ["rotateDataKey"] = new("/v1/idem/data-keys", """{"namespace":"docs"}""", """{"namespace":"other"}""") { Witness = "/v1/idem/data-keys" },
        ["erase"] = new("/v1/idem/erasures", """{"kv":{"namespace":"docs","key":"erased"}}""", """{"kv":{"namespace":"docs","key":"other"}}""")
        {
            Before = [("PUT", $"{Kv}/erased", "1")],
            Between = [("PUT", $"{Kv}/erased", "2")],
            Witness = $"{Kv}/erased",
        },
        ["putNamespaceSettings"] = new("/v1/idem/kv/set/_settings", """{"ttl":"1h"}""", """{"ttl":"2h"}"""),
        ["writeBatch"] = new($"{Kv}/batch", """{"operations":[{"put":{"key":"batched","value":1}}]}""", """{"operations":[{"put":{"key":"batched","value":2}}]}"""),
        ["deleteKey"] = new($"{Kv}/deleted") { Before = [("PUT", $"{Kv}/deleted", "1")], Between = [("PUT", $"{Kv}/deleted", "2")] },
        ["putKey"] = new($"{Kv}/put", "1", "2") { Between = [("PUT", $"{Kv}/put", "3")] },
        ["putLifecyclePolicy"] = new("/v1/idem/lifecycle/policy", """{"tiers":{"hot":"2h"}}""", """{"tiers":{"hot":"3h"}}"""),
        ["runLifecycle"] = new("/v1/idem/lifecycle/runs", """{"process":"genome"}""", """{"process":"consolidation"}""") { IsOperation = true },
        ["verify"] = new("/v1/idem/verify") { IsOperation = true },
        ["deletePattern"] = new("/v1/idem/patterns/gone") { Before = [("PUT", "/v1/idem/patterns/gone", Pattern(1))] },
        ["putPattern"] = new("/v1/idem/patterns/made", Pattern(1), Pattern(2)),
        ["deleteRoute"] = new("/v1/idem/routes/gone") { Before = [("PUT", "/v1/idem/channels/routed", "{}"), ("PUT", "/v1/idem/routes/gone", Route("routed"))] },
        ["putRoute"] = new("/v1/idem/routes/made", Route("r1"), Route("r2")) { Before = [("PUT", "/v1/idem/channels/r1", "{}"), ("PUT", "/v1/idem/channels/r2", "{}")] },
        ["linkStreams"] = new("/v1/idem/series/linked/links", """{"links":[{"stream":"b"}]}""", """{"links":[]}""")
        {
            Before = [("POST", "/v1/idem/series/linked/points", Points(1)), ("POST", "/v1/idem/series/b/points", Points(1))],
        },
        ["deletePoints"] = new("/v1/idem/series/cut/points?field=f&from=1970-01-01T00:00:00Z&to=1970-01-01T00:00:02Z", null, "?field=f&from=1970-01-01T00:00:00Z&to=1970-01-01T00:00:03Z")
        {
            Before = [("POST", "/v1/idem/series/cut/points", Points(1))],
        },
        ["writePoints"] = new("/v1/idem/series/s/points", Points(1), Points(2)),
        ["defineLedger"] = new("/v1/idem/signals/made", Ledger("7d"), Ledger("8d")),
        ["recordEvents"] = new("/v1/idem/signals/l/events", Events(1), Events(2)) { Before = [("PUT", "/v1/idem/signals/l", Ledger("7d"))] },
        ["createSubscription"] = new("/v1/idem/subscriptions", Subscription("c1", "one"), Subscription("c1", "two")) { Before = [("PUT", "/v1/idem/channels/c1", "{}")] },
        ["deleteSubscription"] = Moved("d", "", null, null) with { Between = [], Witness = null, AnswersState = false },
        ["acknowledgeDeltas"] = Moved("a", "/ack", """{"cursor":"1"}""", """{"cursor":"0"}"""),
        ["returnDeltas"] = Moved("r", "/nack", """{"cursor":"1"}""", """{"cursor":"0"}"""),
        ["pauseSubscription"] = Moved("p", "/pause", null, null),
        ["resumeSubscription"] = Moved("q", "/resume", null, null),
        ["putTimeline"] = new($"{Line}/made", Two, """{"dimensions":3}"""),
        ["createBranch"] = new($"{Line}/t.branch/branches", """{"name":"b","from":"main"}""", """{"name":"c","from":"main"}""") { Before = Stepped("t.branch") },
        ["deleteBranch"] = new($"{Line}/t.cut/branches/b") { Before = [.. Stepped("t.cut"), ("POST", $"{Line}/t.cut/branches", """{"name":"b","from":"main"}""")] },
        ["mergeBranch"] = new($"{Line}/t.merge/branches/b/merge", """{"into":"main"}""", """{"into":"main","conflict":"lastWriteWins"}""")
        {
            Before = [.. Stepped("t.merge"), ("POST", $"{Line}/t.merge/branches", """{"name":"b","from":"main"}"""), ("POST", $"{Line}/t.merge/states?branch=b", """{"state":[1,2]}""")],
        },
        ["applyDelta"] = new($"{Line}/t.apply/deltas", """{"indices":[0],"values":[1]}""", """{"indices":[0],"values":[2]}""") { Before = Stepped("t.apply"), Witness = $"{Line}/t.apply/state" },
        ["markStep"] = new($"{Line}/t.mark/marks", """{"sequence":2,"label":"good"}""", """{"sequence":2,"label":"bad"}""") { Before = Stepped("t.mark") },
        ["deleteObserver"] = new($"{Line}/t.od/observers/o") { Before = Observed("t.od") },
        ["putObserver"] = new($"{Line}/t.op/observers/made", """{"minInterval":"1d"}""", """{"minInterval":"1h"}""") { Before = Stepped("t.op") },
        ["flushObserver"] = new($"{Line}/t.of/observers/o/flush")
        {
            Before = [.. Observed("t.of"), ("POST", $"{Line}/t.of/observers/o/states", """{"state":[5,5]}"""), ("POST", $"{Line}/t.of/observers/o/states", """{"state":[6,6]}""")],
        },
        ["pauseObserver"] = new($"{Line}/t.oa/observers/o/pause", """{"reason":"one"}""", """{"reason":"two"}""")
        {
            Before = Observed("t.oa"),
            Between = [("POST", $"{Line}/t.oa/observers/o/resume", null)],
            Witness = $"{Line}/t.oa/observers/o",
        },
        ["resumeObserver"] = new($"{Line}/t.or/observers/o/resume")
        {
            Before = [.. Observed("t.or"), ("POST", $"{Line}/t.or/observers/o/pause", null)],
            Between = [("POST", $"{Line}/t.or/observers/o/pause", null)],
            Witness = $"{Line}/t.or/observers/o",
        },
        ["observeState"] = new($"{Line}/t.os/observers/o/states", """{"state":[5,5]}""", """{"state":[6,6]}""") { Before = Observed("t.os") },
        ["rollBack"] = new($"{Line}/t.roll/rollback", """{"count":1}""", """{"count":2}""")
        {
            Before = [.. Stepped("t.roll"), ("POST", $"{Line}/t.roll/states", """{"state":[3,3]}""")],
            Witness = $"{Line}/t.roll/state",
        },
        ["captureState"] = new($"{Line}/t.state/states", """{"state":[9,9]}""", """{"state":[8,8]}""") { Before = Stepped("t.state") },
        ["deleteCollection"] = new("/v1/idem/vectors/gone") { Before = [("PUT", "/v1/idem/vectors/gone", Two)] },
        ["putCollection"] = new("/v1/idem/vectors/made", Two, """{"dimensions":2,"metric":"l2"}"""),
        ["writeVectors"] = new("/v1/idem/vectors/v/batch", """{"items":[{"id":"a","vector":[1,2]}]}""", """{"items":[{"id":"a","vector":[2,1]}]}""") { Before = [("PUT", "/v1/idem/vectors/v", Two)] },
        ["deleteVector"] = new("/v1/idem/vectors/w/a") { Before = [("PUT", "/v1/idem/vectors/w", Two), ("PUT", "/v1/idem/vectors/w/a", """{"vector":[1,2]}""")] },
        ["putVector"] = new("/v1/idem/vectors/x/a", """{"vector":[1,2]}""", """{"vector":[2,1]}""") { Before = [("PUT", "/v1/idem/vectors/x", Two)] },
        ["deleteView"] = new("/v1/idem/views/gone") { Before = [("PUT", "/v1/idem/views/gone", View("incremental"))] },
        ["putView"] = new("/v1/idem/views/made", View("incremental"), View("manual")),
        ["refreshView"] = new("/v1/idem/views/slow/refresh")
        {
            AnswersState = true,
            Before = [("PUT", "/v1/idem/kv/seen/a", "1"), ("PUT", "/v1/idem/views/slow", View("manual", "seen"))],
            Between = [("PUT", "/v1/idem/kv/seen/b", "2")],
            Witness = "/v1/idem/views/slow/rows",
        },
    };

    // A subscription that was handed one of two deltas; its id follows from the key of the request that made it.
    private static WriteSample Moved(string name, string verb, string? body, string? other) => new($"/v1/idem/subscriptions/{{{name}}}{verb}", body, other)
    {
        AnswersState = true,
        Witness = $"/v1/idem/subscriptions/{{{name}}}",
        Before =
        [
            ("PUT", $"/v1/idem/channels/m.{name}", $$"""{"sources":[{"kind":"kv","name":"m.{{name}}"}]}"""),
            ("POST", "/v1/idem/subscriptions", Subscription($"m.{name}", name)),
            ("PUT", $"/v1/idem/kv/m.{name}/a", "1"),
            .. name == "q" ? [("POST", "/v1/idem/subscriptions/{q}/pause", (string?)null)] : Array.Empty<(string, string, string?)>(),
            ("GET", $"/v1/idem/subscriptions/{{{name}}}/deltas?max=1&wait={(name == "q" ? "0ms" : "10s")}", null),
        ],
        Between = verb switch
        {
            "/nack" => [("GET", $"/v1/idem/subscriptions/{{{name}}}/deltas?max=1&wait=10s", null)],
            "/pause" => [("POST", $"/v1/idem/subscriptions/{{{name}}}/resume", null)],
            "/resume" => [("POST", $"/v1/idem/subscriptions/{{{name}}}/pause", null)],
            _ => [],
        },
    };

    private static (string, string, string?)[] Stepped(string timeline) =>
        [("PUT", $"{Line}/{timeline}", Two), ("POST", $"{Line}/{timeline}/states", """{"state":[1,1]}""")];

    private static (string, string, string?)[] Observed(string timeline) =>
        [.. Stepped(timeline), ("PUT", $"{Line}/{timeline}/observers/o", """{"minInterval":"1d"}""")];

    private static string Pattern(int bound) => $$$"""{"threshold":{"stream":"s","gt":{{{bound}}}}}""";

    private static string Route(string channel) => $$"""{"sourcePattern":"kv/*","channels":["{{channel}}"]}""";

    private static string Points(int value) => $$$"""{"points":[{"tags":{"host":"a"},"fields":{"f":{{{value}}}},"time":"1970-01-01T00:00:01Z"}]}""";

    private static string Ledger(string halfLife) => $$"""{"types":[{"name":"view","halfLife":"{{halfLife}}"}]}""";

    private static string Events(int weight) => $$"""{"events":[{"entity":"v","signal":"view","weight":{{weight}},"time":"2026-01-01T00:00:00Z"}]}""";

    private static string Subscription(string channel, string name) => $$"""{"channels":["{{channel}}"],"name":"{{name}}","from":"beginning","lease":"1h"}""";

    private static string View(string refresh, string ns = "docs") => $$"""{"source":"kv/{{ns}}","refresh":"{{refresh}}"}""";
}
