using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Cluster.Tests.Hosting;

/// <summary>One script of requests, sent to a silo and to the single server: what is no time, root or write id is the same.</summary>
public sealed partial class SameAnswersTests
{
    // Headers that say something of an answer; the others are the connection's.
    private static readonly string[] Headers = ["Content-Type", "ETag", "Location", "Operation-Location", "x-ot-root", "x-ot-system-time", "Retry-After", "Cache-Control"];

    [Fact]
    public async Task a_silo_answers_as_the_single_server_does()
    {
        var (silo, single) = (await AskAllAsync(isComposed: true), await AskAllAsync(isComposed: false));
        Assert.Equal(single.Count, silo.Count);
        for (var i = 0; i < single.Count; i++)
        {
            Assert.True(single[i] == silo[i], $"The single server:\n{single[i]}\n\nThe silo:\n{silo[i]}");
        }

        // A script whose requests all fail would be the same everywhere, too.
        Assert.True(single.Count(static answer => answer.Contains(" 20", StringComparison.Ordinal)) > 30);
    }

    private static async Task<List<string>> AskAllAsync(bool isComposed)
    {
        var server = await TestServer.StartAsync(static _ => { }, isComposed: isComposed);
        var answers = new List<string>();
        try
        {
            await AskAsync("GET", "/v1");
            await AskAsync("PUT", "/v1/team", """{"durability":"durable"}""");
            await AskAsync("PUT", "/v1/team", """{"durability":"sometimes"}""");
            await AskAsync("GET", "/v1/team");
            await AskAsync("GET", "/v1/nobody");
            await AskAsync("PUT", "/v1/team/routes/r", """{"sourcePattern":"kv/*","channels":["nowhere"]}""");
            await AskAsync("PUT", "/v1/team/routes/r", """{"sourcePattern":"a b","channels":["nowhere"]}""");
            await AskAsync("GET", "/v1/team/routes");
            await AskAsync("GET", "/v1/team/routes/r");
            await AskAsync("DELETE", "/v1/team/routes/r");
            await AskAsync("GET", "/v1/team/events?type=BranchCreated");
            await AskAsync("GET", "/v1/team/events?type=Nothing");
            await AskAsync("PUT", "/v1/team/kv/users/_settings", """{"partitions":2,"ttl":"30d"}""");
            await AskAsync("GET", "/v1/team/kv/users/_settings");
            var first = await AskAsync("PUT", "/v1/team/kv/users/ada", """{ "name": "Ada", "born": 1815, "knows": "users/bob" }""");
            await AskAsync("PUT", "/v1/team/kv/users/ada", """{"name":"Ada Lovelace","born":1815}""", ("If-Match", first.Header("ETag")!));
            await AskAsync("PUT", "/v1/team/kv/users/ada", "1", ("If-Match", first.Header("ETag")!));
            await AskAsync("PUT", "/v1/team/kv/users/ada", "1", ("If-None-Match", "*"));
            await AskAsync("PUT", "/v1/team/kv/users/bob", """{"name":"Bob","born":1900}""", ("Idempotency-Key", "k1"));
            await AskAsync("PUT", "/v1/team/kv/users/bob", """{"name":"Bob","born":1900}""", ("Idempotency-Key", "k1"));
            await AskAsync("PUT", "/v1/team/kv/users/bob", """{"name":"Eve"}""", ("Idempotency-Key", "k1"));
            await AskAsync("PUT", "/v1/team/kv/users/bad", "{");
            await AskAsync("PUT", "/v1/team/kv/users/short?ttl=1h", "1");
            await AskAsync("GET", "/v1/team/kv/users/ada");
            await AskAsync("GET", "/v1/team/kv/users/ada", null, ("If-None-Match", first.Header("ETag")!));
            await AskAsync("GET", $"/v1/team/kv/users/ada?asOf={Uri.EscapeDataString(first["systemTime"]!)}");
            await AskAsync("GET", "/v1/team/kv/users/ada?asOf=1");
            await AskAsync("GET", "/v1/team/kv/users/ada?asOf=2999-01-01T00:00:00Z");
            await AskAsync("GET", "/v1/team/kv/users/nobody");
            await AskAsync("GET", "/v1/team/kv/users/ada/history?order=asc");
            await AskAsync("GET", "/v1/team/kv/users/ada/history?limit=1");
            await AskAsync("POST", "/v1/team/kv/users/batch", """{"atomic":false,"operations":[{"op":"put","key":"a/b","value":1},{"op":"put","key":"c","value":{"born":2000}},{"op":"delete","key":"bob"}]}""");
            await AskAsync("POST", "/v1/team/kv/users/batch", """{"atomic":true,"operations":[{"op":"put","key":"x1","value":1},{"op":"put","key":"x2","value":1},{"op":"put","key":"x3","value":1},{"op":"put","key":"x4","value":1}]}""");
            await AskAsync("POST", "/v1/team/kv/users/batch", """{"operations":[]}""");
            await AskAsync("PUT", "/v1/team/timelines/w", """{"dimensions":3}""");
            await AskAsync("POST", "/v1/team/timelines/w/states", """{"state":[1,2,3]}""");
            await AskAsync("POST", "/v1/team/timelines/w/branches", """{"name":"b"}""");
            await AskAsync("POST", "/v1/team/timelines/w/deltas?branch=b", """{"indices":[1],"values":[0.5],"mode":"add","id":"x"}""");
            await AskAsync("POST", "/v1/team/timelines/w/deltas?branch=b", """{"indices":[7],"values":[0.5]}""");
            await AskAsync("GET", "/v1/team/timelines/w/cooccurrence?branch=b&changesMin=1&threshold=0.1");
            await AskAsync("GET", "/v1/team/timelines/w/deltas?text=x");
            await AskAsync("PUT", "/v1/team/lifecycle/policy", """{"retention":[{"match":"timelines/*","keepLast":5,"downsample":[{"after":"1d","to":"1h"}]}]}""");
            await AskAsync("GET", "/v1/team/lifecycle/policy");
            await AskAsync("POST", "/v1/team/timelines/w/branches/b/merge", """{"into":"main"}""");
            await AskAsync("GET", "/v1/team/timelines/w/state");
            await AskAsync("GET", "/v1/team/timelines/w/diff?to=2");
            await AskAsync("GET", "/v1/team/timelines/w/deltas");
            await AskAsync("PUT", "/v1/team/timelines/w/observers/o", """{"minInterval":"0ms","heartbeats":true}""");
            await AskAsync("POST", "/v1/team/timelines/w/observers/o/states", """{"state":[1,2,4]}""");
            await AskAsync("POST", "/v1/team/timelines/w/observers/o/states", """{"state":[1,2,4]}""");
            await AskAsync("POST", "/v1/team/timelines/w/observers/o/pause", """{"reason":"calibration"}""");
            await AskAsync("POST", "/v1/team/timelines/w/observers/o/states", """{"state":[1,2,5]}""");
            await AskAsync("GET", "/v1/team/timelines/w/observers/o");
            await AskAsync("POST", "/v1/team/timelines/w/deltas", """{"deltas":[{"indices":[0],"values":[1],"id":"y"},{"indices":[0],"values":[2],"parent":"y"}]}""");
            await AskAsync("POST", "/v1/team/timelines/w/deltas", """{"deltas":[{"indices":[0],"values":[1]},{"indices":[9],"values":[2]}]}""");
            await AskAsync("GET", "/v1/team/timelines/w/deltas?window=1h&windowCount=2");
            await AskAsync("POST", "/v1/team/timelines/w/rollback", """{"count":1}""");
            await AskAsync("GET", "/v1/team/timelines/w/verify");
            await AskAsync("POST", "/v1/team/kv/users/get", """{"keys":["ada","none","c"]}""");
            await AskAsync("GET", "/v1/team/kv/users?limit=2");
            await AskAsync("GET", "/v1/team/kv/users?prefix=a&values=true");
            await AskAsync("GET", "/v1/team/kv");
            await AskAsync("POST", "/v1/team/series/m/points", """{"points":[{"tags":{"h":"a"},"fields":{"v":1},"time":"2026-01-02T03:04:05Z"},{"tags":{"h":"a"},"fields":{"v":2},"time":"2026-01-02T03:04:06Z"},{"tags":{"h":"a"},"fields":{"v":3},"time":"2026-01-02T03:04:07Z"}]}""");
            await AskAsync("GET", "/v1/team/series/m/join?with=m&on=h&within=1s");
            await AskAsync("GET", "/v1/team/series/m/anomalies?field=v");
            await AskAsync("GET", "/v1/team/series/m/trend?field=v&horizon=2s");
            await AskAsync("PUT", "/v1/team/series/m/links", """{"links":[{"stream":"n"}]}""");
            await AskAsync("PUT", "/v1/team/patterns/p", """{"threshold":{"stream":"m","gt":100},"within":"5m"}""");
            await AskAsync("GET", "/v1/team/patterns");
            await AskAsync("PUT", "/v1/team/signals/videos", """{"types":[{"name":"view","halfLife":"7d"},{"name":"buy","halfLife":"30d"}],"profiles":{"hot":{"view":1,"buy":20}},"partitions":2}""");
            await AskAsync("PUT", "/v1/team/signals/videos", """{"types":[{"name":"view","halfLife":"1d"}]}""");
            await AskAsync("POST", "/v1/team/signals/videos/events", """{"events":[{"entity":"v1","signal":"view","time":"2026-01-02T03:04:05Z","id":"a"},{"entity":"v2","signal":"buy","time":"2026-01-02T03:04:05Z"}]}""", ("Idempotency-Key", "e1"));
            await AskAsync("POST", "/v1/team/signals/videos/events", """{"events":[{"entity":"v1","signal":"view","time":"2026-01-02T03:04:05Z","id":"a"}]}""");
            await AskAsync("POST", "/v1/team/signals/videos/events", """{"events":[{"entity":"v1","signal":"view","weight":-1}]}""");
            await AskAsync("GET", "/v1/team/signals/videos");
            await AskAsync("GET", "/v1/team/signals/videos/entities/v1?at=2026-01-09T03:04:05Z");
            await AskAsync("GET", "/v1/team/signals/videos/entities/v1?at=2026-01-01T03:04:05Z");
            await AskAsync("POST", "/v1/team/signals/videos/entities", """{"entities":["v1","v2"],"profile":"hot","at":"2026-01-09T03:04:05Z"}""");
            await AskAsync("GET", "/v1/team/signals/videos/top?signal=buy&at=2026-01-09T03:04:05Z");
            await AskAsync("GET", "/v1/team/signals/videos/top?signal=hide");
            await AskAsync("GET", "/v1/team/kv/users/_expiring?within=2h");
            await AskAsync("POST", "/v1/team/kv/users/query", """{"filter":{"gte":{"field":"born","value":1815}},"sort":[{"field":"born","order":"desc"}],"limit":5}""");
            await AskAsync("POST", "/v1/team/kv/users/query", """{"groupBy":["born"],"aggregate":{"n":{"op":"count"}}}""");
            await AskAsync("POST", "/v1/team/kv/users/query", """{"filter":{"like":1}}""");
            await AskAsync("PUT", "/v1/team/kv/users/effect", "1", ("x-ot-causes", first["writeId"]!));
            await AskAsync("POST", "/v1/team/lineage", $$"""{"ask":"effects","of":"{{first["writeId"]}}"}""");
            await AskAsync("POST", "/v1/team/lineage", """{"ask":"referrers","of":"users/bob"}""");
            await AskAsync("PUT", "/v1/team/kv/users/_settings", """{"partitions":3}""");
            await AskAsync("GET", "/v1/team/kv/users?limit=100");
            await AskAsync("POST", "/v1/team/series/load/points", """{"points":[{"tags":{"host":"a"},"fields":{"v":1.5},"time":"2026-01-01T00:00:00Z"},{"fields":{"v":-2},"time":"2026-01-01T00:01:00Z"}]}""");
            await AskAsync("POST", "/v1/team/series/load/points", """{"points":[{"fields":{"v":"x"}}]}""");
            await AskAsync("POST", "/api/v2/write?bucket=team&precision=s", "load,host=b v=3 1767225600");
            await AskAsync("POST", "/api/v2/write?bucket=team", "load v=");
            await AskAsync("GET", "/v1/team/series/load/points?limit=2");
            await AskAsync("GET", "/v1/team/series/load/aggregate?fn=avg,p50,stddev,rate&window=1m&groupBy=host");
            await AskAsync("DELETE", "/v1/team/series/load/points?tag.host=a");
            await AskAsync("GET", "/v1/team/series/load/points?asOf=1");
            await AskAsync("GET", "/v1/team/series/load/points", null, ("Accept", "text/csv"));
            await AskAsync("GET", "/v1/team/series");
            await AskAsync("GET", "/v1/team/series/load");
            await AskAsync("GET", "/v1/team/series/nothing");
            await AskAsync("GET", "/prom/team/api/v1/query_range?query=sum(load_v)&start=1767225600&end=1767225720&step=30");
            await AskAsync("GET", "/prom/team/api/v1/query?query=rate(load_v)");
            await AskAsync("GET", "/prom/team/api/v1/series?match[]=%7B__name__%3D~%22.%2B%22%7D");
            await AskAsync("GET", "/prom/team/api/v1/label/__name__/values");
            await AskAsync("GET", "/v1/team/agents");
            await AskAsync("GET", "/v1/team/agents/kv/users");
            await AskAsync("POST", "/v1/team/verify");
            await AskAsync("POST", "/v1/team/erasures", """{"kv":{"namespace":"users","key":"ada"},"reason":"asked to"}""");
            await AskAsync("GET", "/v1/team/kv/users/ada");
            await AskAsync("GET", "/v1/team/kv/users/ada/history?order=asc");
            await AskAsync("PUT", "/v1/team/vectors/faces", """{"dimensions":2,"metric":"l2"}""");
            await AskAsync("PUT", "/v1/team/vectors/faces", """{"dimensions":3,"metric":"l2"}""");
            var face = await AskAsync("PUT", "/v1/team/vectors/faces/ada", """{"vector":[3,4],"metadata":{"born":1815}}""");
            await AskAsync("POST", "/v1/team/vectors/faces/batch", """{"items":[{"id":"bob","vector":[1,0]},{"id":"ada","vector":[0,2]}]}""");
            await AskAsync("PUT", "/v1/team/vectors/faces/eve", """{"vector":[1]}""");
            await AskAsync("GET", "/v1/team/vectors/faces/ada");
            await AskAsync("GET", $"/v1/team/vectors/faces/ada?asOf={Uri.EscapeDataString(face["systemTime"]!)}");
            await AskAsync("POST", "/v1/team/vectors/faces/search", """{"vector":[0,0],"k":3}""");
            await AskAsync("POST", "/v1/team/vectors/faces/search", $$"""{"vector":[0,0],"filter":{"exists":"born"},"asOf":"{{face["systemTime"]}}"}""");
            await AskAsync("POST", "/v1/team/vectors/faces/search", """{"vector":[0,0],"causal":{"near":"bob","weight":0.5}}""");
            await AskAsync("POST", "/v1/team/vectors/faces/search", """{"vector":[0,0],"causal":{"near":"nobody"}}""");
            await AskAsync("PUT", "/v1/team/vectors/spread", """{"dimensions":2,"metric":"l2","index":{"quantization":"int8"},"partitions":3}""");
            await AskAsync("POST", "/v1/team/vectors/spread/batch", """{"items":[{"id":"a","vector":[1,0]},{"id":"b","vector":[0,2]},{"id":"c","vector":[3,0]},{"id":"d","vector":[0,5]}]}""");
            await AskAsync("POST", "/v1/team/vectors/spread/search", """{"vector":[0,0],"k":3,"mode":"exact"}""");
            await AskAsync("POST", "/v1/team/vectors/spread/search", """{"vector":[0,0],"causal":{"near":"c"}}""");
            await AskAsync("POST", "/v1/team/vectors/spread/search", """{"vector":[0,0],"asOf":1}""");
            await AskAsync("DELETE", "/v1/team/vectors/faces/bob");
            await AskAsync("DELETE", "/v1/team/vectors/faces/bob");
            await AskAsync("GET", "/v1/team/vectors/faces");
            await AskAsync("PUT", "/v1/team/channels/all", """{"guarantee":"exactlyOnce","sources":[{"kind":"kv"}]}""");
            await AskAsync("PUT", "/v1/team/channels/all", """{"guarantee":"sometimes"}""");
            await AskAsync("GET", "/v1/team/channels");
            await AskAsync("POST", "/v1/team/subscriptions", """{"channels":["nothing"]}""");
            await AskAsync("POST", "/v1/team/subscriptions", """{"channels":["all"],"filter":{"surprise":1}}""");
            await AskAsync("GET", "/v1/team/subscriptions/none/deltas");
            await AskAsync("GET", "/v1/team/subscriptions");
            await AskAsync("PUT", "/v1/team/views/high", """{"source":"kv/viewed","query":{"filter":{"gt":{"field":"n","value":1}},"sort":[{"field":"n","descending":true}]}}""");
            await AskAsync("PUT", "/v1/team/views/sum", """{"source":"views/high","query":{"aggregate":{"s":{"sum":"n"}}}}""");
            await AskAsync("PUT", "/v1/team/views/high", """{"source":"views/sum"}""");
            await AskAsync("POST", "/v1/team/kv/viewed/batch", """{"operations":[{"put":{"key":"a","value":{"n":1}}},{"put":{"key":"b","value":{"n":2}}},{"put":{"key":"c","value":{"n":3}}}]}""");
            await AskAsync("GET", "/v1/team/views/high/rows");
            await AskAsync("GET", "/v1/team/views/sum/rows");
            await AskAsync("POST", "/v1/team/series/seen/points", """{"points":[{"tags":{"room":"a"},"fields":{"c":31.5},"time":"2026-01-02T03:04:05Z"},{"tags":{"room":"b"},"fields":{"c":20},"time":"2026-01-02T03:04:06Z"}]}""");
            await AskAsync("PUT", "/v1/team/views/warm", """{"source":"series/seen","query":{"filter":{"gte":{"field":"value","value":25}}}}""");
            await AskAsync("PUT", "/v1/team/views/rooms", """{"source":"series/seen","query":{"groupBy":["tags.room"],"aggregate":{"n":{"count":"*"}}}}""");
            await AskAsync("GET", "/v1/team/views/warm/rows");
            await AskAsync("GET", "/v1/team/views/rooms/rows");
            await AskAsync("DELETE", "/v1/team/views/high");
            await AskAsync("DELETE", "/v1/team/views/sum");
            await AskAsync("GET", "/v1/team/views/sum/rows");
            await AskAsync("GET", "/v1/team/genome");
            await AskAsync("GET", "/v1/team/lifecycle/policy");
            await AskAsync("PUT", "/v1/team/lifecycle/policy", """{"tiers":{"hot":"2d"},"bytesPerSecondMax":1000000}""");
            await AskAsync("PUT", "/v1/team/lifecycle/policy", """{"tiers":{"hot":"never"}}""");
            await AskAsync("GET", "/v1/team/lifecycle/policy");
            await AskAsync("GET", "/v1/nobody/lifecycle");
            await FollowAsync(await AskAsync("POST", "/v1/team/lifecycle/runs", """{"process":"genome"}"""));
            await FollowAsync(await AskAsync("POST", "/v1/team/lifecycle/runs", """{"process":"consolidation","dryRun":true}"""));
            await AskAsync("POST", "/v1/team/lifecycle/runs", """{"process":"sleep"}""");
            await AskAsync("GET", "/v1/team/lifecycle");
            await AskAsync("POST", "/v1/team/backups", """{"to":"../x"}""");
            await FollowAsync(await AskAsync("POST", "/v1/team/backups", """{"to":"nightly"}"""));
            await AskAsync("GET", "/v1/team/backups/nightly");
            await AskAsync("GET", "/v1/team/backups/weekly");
            await AskAsync("POST", "/v1/team/restores", """{"from":"nightly"}""");
            await AskAsync("GET", "/v1/team/operations/none");
            await AskAsync("DELETE", "/v1/team/kv/users/c");
            await AskAsync("DELETE", "/v1/team/kv/users/c");
            await AskAsync("GET", "/v1/team/kv/%2E%2E/x");
            await AskAsync("GET", "/v1/team/kv//x");
            await AskAsync("PATCH", "/v1/team/kv/users/c", "1");
            await AskAsync("DELETE", "/v1/default");
            await AskAsync("DELETE", "/v1/team");
            await AskAsync("GET", "/v1/team/kv/users/ada");
            await FollowAsync(await AskAsync("POST", "/v1/team/restores", """{"from":"nightly"}"""));
            await AskAsync("GET", "/v1/team/kv/users?values=true");
            await AskAsync("DELETE", "/v1/team");
            await AskAsync("PUT", "/v1/team");
            await AskAsync("GET", "/v1/team/kv/users");
            return answers;
        }
        finally
        {
            await server.DisposeAsync();
        }

        // Until it has ended; how often that is asked for is nobody's answer.
        async Task FollowAsync(Answer begun)
        {
            var place = begun.Header("Operation-Location")!;
            await Eventually.HoldsAsync($"{place} has ended", async () => (await server.SendAsync("GET", place, null))["status"] != "running");
            await AskAsync("GET", place);
        }

        async Task<Answer> AskAsync(string method, string path, string? body = null, params (string Name, string Value)[] headers)
        {
            var answer = await server.SendAsync(method, path, body, headers);
            Assert.True(answer.Status < 500, $"{method} {path}: {answer.Status} {answer.Text}");
            var shown = string.Join('\n', Headers.Where(name => answer.Header(name) is not null).Select(name => $"{name}: {Mask(answer.Header(name)!)}"));
            answers.Add($"{method} {Mask(path)} {answer.Status}\n{shown}\n{MaskBody(answer)}");
            return answer;
        }
    }

    private static string MaskBody(Answer answer)
    {
        if (answer.Header("Content-Type")?.Contains("json", StringComparison.Ordinal) != true)
        {
            return Mask(answer.Text);
        }

        var body = JsonNode.Parse(answer.Text);
        Visit(body);
        return body?.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) ?? "";

        static void Visit(JsonNode? node)
        {
            switch (node)
            {
                case JsonObject members:
                    foreach (var (name, value) in members.ToList())
                    {
                        // Lives of agents are counted, sealing happens when it does, how small bytes pack depends on salts, and
                        // whether a read or housekeeping takes in what is new for a view depends on who comes first.
                        if (name is "epoch" or "hotBytes" or "warmBytes" or "sealedThrough" or "segments" or "runs" or "lastRun" or "nextRun" or "segmentCount" or "segmentBytes" or "manifestPath" or "manifestVersion"
                            or "bytes" or "bytesBefore" or "bytesAfter" or "bytesCopied" or "objectsCopied" or "sealedDeltas" or "packedSegments"
                            || (name is "keys" or "changes" && members["path"]?.ToString() is "view" or "viewGroups"))
                        {
                            members[name] = "*";
                        }
                        else if (value is JsonValue text && text.TryGetValue<string>(out var content))
                        {
                            members[name] = Mask(content);
                        }
                        else
                        {
                            Visit(value);
                        }
                    }

                    break;
                case JsonArray items:
                    for (var i = 0; i < items.Count; i++)
                    {
                        if (items[i] is JsonValue text && text.TryGetValue<string>(out var content))
                        {
                            items[i] = Mask(content);
                        }
                        else
                        {
                            Visit(items[i]);
                        }
                    }

                    break;
            }
        }
    }

    private static string Mask(string text) => Hexadecimal().Replace(Instant().Replace(text, "<time>"), "<hex>");

    [GeneratedRegex(@"\d{4}-\d{2}-\d{2}T\d{2}(:|%3A)\d{2}(:|%3A)[\d.]+Z")]
    private static partial Regex Instant();

    [GeneratedRegex(@"[0-9a-f]{16,64}(-\d+)?")]
    private static partial Regex Hexadecimal();
}
