using System.Text.Json.Nodes;

namespace OrleansTemporal.OpenApi;

/// <summary>Parameters and headers that routes share.</summary>
internal static class OpenApiParameters
{
    private const string NamePattern = "^[A-Za-z0-9-][A-Za-z0-9._-]{0,127}$";

    /// <summary>Path, query and header parameters by name.</summary>
    internal static JsonObject Build() => new()
    {
        ["workspace"] = InPath("workspace", "Name of a workspace; default exists from the start.", NamePattern),
        ["namespace"] = InPath("namespace", "Name of a namespace; it comes to be with its first key.", NamePattern),
        ["ledger"] = InPath("ledger", "Name of a ledger.", NamePattern),
        ["entity"] = InPath("entity", "Id of an entity: 1 to 1024 bytes of UTF-8 in one segment, percent-encoded once.", null),
        ["key"] = InPath("key", "1 to 1024 bytes of UTF-8 in one segment, percent-encoded once: a/b is sent as a%2Fb.", null),
        ["view"] = InPath("view", "Name of a view.", NamePattern),
        ["collection"] = InPath("collection", "Name of a collection of vectors.", NamePattern),
        ["vector"] = InPath("vector", "Id of a vector: 1 to 1024 bytes of UTF-8 in one segment, percent-encoded once.", null),
        ["kind"] = InPath("kind", "Kind of agent, such as kv or catalog.", null),
        ["name"] = InPath("name", "Name of the agent.", null),
        ["operation"] = InPath("operation", "Id of an operation.", null),
        ["timeline"] = InPath("timeline", "Name of a timeline.", NamePattern),
        ["route"] = InPath("route", "Name of a route.", NamePattern),
        ["eventType"] = InQuery("type", "Only events of these types, with commas between them, as in DeltaApplied,BranchCreated."),
        ["branch"] = InPath("branch", "Name of a branch.", NamePattern),
        ["channel"] = InPath("channel", "Name of a channel.", NamePattern),
        ["subscription"] = InPath("subscription", "Id of a subscription.", NamePattern),
        ["max"] = InQuery("max", "Deltas at most.", new JsonObject { ["type"] = "integer", ["minimum"] = 1, ["maximum"] = Limits.DeltaPageMax, ["default"] = Limits.PageCountDefault }),
        ["wait"] = InQuery("wait", "How long to wait while there is nothing: 250ms, 30s, at most 1m; not at all when absent."),
        ["Last-Event-ID"] = InHeader("Last-Event-ID", "The id of the last event that the reader has; it goes on behind that."),
        ["observer"] = InPath("observer", "Name of an observer of a timeline.", NamePattern),
        ["values"] = InQuery("values", "true for the components and values of each delta."),
        ["deltaWindow"] = InQuery("window", "How long a window of deltas is, as in 1s."),
        ["windowCount"] = InQuery("windowCount", "Deltas of a window at most; 100 when absent."),
        ["windowBytes"] = InQuery("windowBytes", "Bytes of the components of a window, after which it takes no more; 1 MiB when absent."),
        ["closeOn"] = InQuery("closeOn", "Names of metadata, with commas between them, that end a window."),
        ["coarse"] = InQuery("coarse", "true for the newest step that is kept, and its resolution, where policy has let go of the one of the moment; else that is refused."),
        ["coarsePoints"] = InQuery("coarse", "true for the last point of each window, and its resolution, where policy keeps windows instead of points; else a range that begins there is refused."),
        ["parentOf"] = InQuery("parent", "Only steps that follow directly from this sequence, on their line or by a merge."),
        ["rootOf"] = InQuery("root", "Only the step that has this root behind it, 64 hexadecimal digits."),
        ["text"] = InQuery("text", "Only steps with this text in their id or metadata, whatever its case."),
        ["measure"] = InQuery("by", "What is measured.", new JsonObject { ["type"] = "string", ["enum"] = new JsonArray("coOccurrence", "lift", "correlation"), ["default"] = "coOccurrence" }),
        ["threshold"] = InQuery("threshold", "Pairs with at least this, of correlations without their sign.", new JsonObject { ["type"] = "number", ["minimum"] = 0, ["default"] = Timelines.CoOccurrenceQuery.ThresholdDefault }),
        ["changesMin"] = InQuery("changesMin", "Components that changed in fewer steps are left out.", new JsonObject { ["type"] = "integer", ["minimum"] = 1, ["default"] = 2 }),
        ["components"] = InQuery("components", "Components that are compared: those that changed most often.", new JsonObject { ["type"] = "integer", ["minimum"] = 2, ["maximum"] = Limits.CoOccurrenceComponentsMax, ["default"] = Timelines.CoOccurrenceQuery.ComponentsDefault }),
        ["onBranch"] = InQuery("branch", "The branch; main when absent."),
        ["label"] = InQuery("label", "The newest step with this mark at or before that moment."),
        ["index"] = InQuery("index", "The component, from 0.", new JsonObject { ["type"] = "integer", ["minimum"] = 0 }),
        ["fromMoment"] = InQuery("from", "Where it begins: an instant (RFC 3339) or a sequence number; the empty beginning when absent."),
        ["toMoment"] = InQuery("to", "Where it ends, inclusive: an instant (RFC 3339) or a sequence number; the newest when absent."),
        ["fromSequence"] = InQuery("from", "The first delta; 1 when absent."),
        ["toSequence"] = InQuery("to", "The last delta; the newest when absent."),
        ["asOf"] = InQuery("asOf", "The moment to answer for: an instant (RFC 3339), or a sequence number where one agent answers."),
        ["limit"] = InQuery("limit", "Rows at most.", new JsonObject { ["type"] = "integer", ["minimum"] = 1, ["maximum"] = Limits.PageCountMax, ["default"] = Limits.PageCountDefault }),
        ["after"] = InQuery("after", "Continue behind this; nextLink carries it."),
        ["cursor"] = InQuery("cursor", "Continue behind this; nextLink carries it."),
        ["prefix"] = InQuery("prefix", "Only keys that start with this."),
        ["order"] = InQuery("order", "Oldest first or newest first.", new JsonObject { ["type"] = "string", ["enum"] = new JsonArray("asc", "desc"), ["default"] = "desc" }),
        ["from"] = InQuery("from", "Inclusive lower bound of system time."),
        ["to"] = InQuery("to", "Exclusive upper bound of system time."),
        ["filter"] = InQuery("filter", "Only versions that pass this filter: the same JSON as in a query."),
        ["at"] = InQuery("at", "The moment of event time that is asked about: an instant (RFC 3339); that of the answer when absent."),
        ["signal"] = InQuery("signal", "The signal type to rank by."),
        ["profile"] = InQuery("profile", "The rank profile to rank by, instead of a signal."),
        ["by"] = InQuery("by", "What of the signal counts.", new JsonObject { ["type"] = "string", ["enum"] = new JsonArray("score", "count", "velocity"), ["default"] = "score" }),
        ["rankWindow"] = InQuery("window", "Over which time events are counted: whole minutes up to 1h, whole hours up to 7d; all of it when absent."),
        ["halfLife"] = InQuery("halfLife", "Which of the type's half-lives the score has; its own when absent."),
        ["k"] = InQuery("k", "How many.", new JsonObject { ["type"] = "integer", ["minimum"] = 1, ["maximum"] = Limits.PageCountMax, ["default"] = 10 }),
        ["ttl"] = InQuery("ttl", "How long the value lives: 250ms, 30s, 5m, 1h, 7d; or none, for ever. The namespace's ttl when absent."),
        ["within"] = InQuery("within", "Values that end within this time: 250ms, 30s, 5m, 1h, 7d; an hour when absent."),
        ["stream"] = InPath("stream", "Name of a stream; it comes to be with its first point.", NamePattern),
        ["pattern"] = InPath("pattern", "Name of a standing query.", NamePattern),
        ["field"] = InQuery("field", "The field; needed for aggregates where a stream has several."),
        ["tag"] = InQuery("tag.{name}", "Only series whose tag has this value, as in tag.host=a."),
        ["tagNot"] = InQuery("tagNot.{name}", "Only series whose tag has another value, or none."),
        ["tagMatches"] = InQuery("tagMatches.{name}", "Only series whose tag's whole value matches this pattern."),
        ["tagNotMatches"] = InQuery("tagNotMatches.{name}", "Only series whose tag's whole value does not match this pattern."),
        ["tagIn"] = InQuery("tagIn.{name}", "Only series whose tag has one of these values, with commas between them and a backslash before a comma of a value."),
        ["eventFrom"] = InQuery("from", "Inclusive lower bound of event time."),
        ["eventTo"] = InQuery("to", "Exclusive upper bound of event time."),
        ["fn"] = InQuery("fn", "Functions with commas between them: count, sum, avg, min, max, first, last, stddev, rate, p50 to p99.9."),
        ["window"] = InQuery("window", "Length of a window, as in 1m; the number of points where kind is count. One window over everything when absent."),
        ["windowKind"] = InQuery("kind", "tumbling (when absent), sliding, session, count or adaptive."),
        ["slide"] = InQuery("slide", "From the start of a sliding window to the start of the next."),
        ["gap"] = InQuery("gap", "So long without a point closes a session."),
        ["count"] = InQuery("count", "Points that close an adaptive window.", new JsonObject { ["type"] = "integer", ["minimum"] = 1 }),
        ["magnitude"] = InQuery("magnitude", "Sum of absolute values that closes an adaptive window.", new JsonObject { ["type"] = "number" }),
        ["tz"] = InQuery("tz", "IANA name of the time zone whose midnights windows of whole days begin with."),
        ["groupBy"] = InQuery("groupBy", "Tags whose values make groups, with commas between them."),
        ["linked"] = InQuery("linked", "Whether streams that belong to this one are added up with it.", new JsonObject { ["type"] = "boolean", ["default"] = false }),
        ["with"] = InQuery("with", "The other stream."),
        ["withField"] = InQuery("withField", "The other stream's field; every one when absent."),
        ["on"] = InQuery("on", "Tags whose values must be the same, with commas between them; any two points when absent."),
        ["joinKind"] = InQuery("kind", "Every two points within a distance, or each with the newest at or before it.", new JsonObject { ["type"] = "string", ["enum"] = new JsonArray("interval", "asof"), ["default"] = "interval" }),
        ["joinWithin"] = InQuery("within", "How far apart points may be, inclusive: 250ms, 30s, 5m, 1h, 7d; any distance when absent, for asof only."),
        ["history"] = InQuery("history", "How long before from points are learnt from without being answered."),
        ["minScore"] = InQuery("minScore", "Only points with at least this score.", new JsonObject { ["type"] = "number", ["minimum"] = 0, ["maximum"] = 1, ["default"] = 0 }),
        ["horizon"] = InQuery("horizon", "How far behind the last point is forecast; no forecast when absent."),
        ["step"] = InQuery("step", "Length of a step; the usual distance of points when absent, or longer where there are more than 2048."),
        ["model"] = InQuery("model", "Name of a model of the host to forecast by; the product's own when absent."),
        ["maxLag"] = InQuery("maxLag", "How far before and after is looked at; an eighth of the time when absent."),
        ["significance"] = InQuery("significance", "Only what is at most this likely to be chance.", new JsonObject { ["type"] = "number", ["minimum"] = 0, ["maximum"] = 1, ["default"] = 0.01 }),
        ["asset"] = InPath("asset", "Name of a part of the first page.", null),
        ["labelName"] = InPath("labelName", "Name of a label.", "^[A-Za-z_][A-Za-z0-9_]*$"),
        ["promQl"] = InQuery("query", "In PromQL, as far as docs/prometheus.md says."),
        ["promTime"] = InQuery("time", "The moment of event time: seconds since 1970, or RFC 3339; now when absent."),
        ["promStart"] = InQuery("start", "The first step: seconds since 1970, or RFC 3339."),
        ["promEnd"] = InQuery("end", "The last step at the latest: seconds since 1970, or RFC 3339."),
        ["promStep"] = InQuery("step", "From one step to the next: a duration, as in 15s, or seconds."),
        ["promMatch"] = InQuery("match[]", "A selector; may be given several times."),
        ["promMetric"] = InQuery("metric", "Only this metric."),
        ["promLimit"] = InQuery("limit", "Rows at most; all when absent or 0.", new JsonObject { ["type"] = "integer", ["minimum"] = 0 }),
        ["bucket"] = InQuery("bucket", "The workspace."),
        ["precision"] = InQuery("precision", "Unit of timestamps: ns, us, ms or s.", new JsonObject { ["type"] = "string", ["enum"] = new JsonArray("ns", "us", "ms", "s"), ["default"] = "ns" }),
        ["If-Match"] = InHeader("If-Match", "The entity tag that must stand, or * for any."),
        ["If-None-Match"] = InHeader("If-None-Match", "On reads the tags that the client has; on writes * for: only if there is no value."),
        ["Idempotency-Key"] = InHeader("Idempotency-Key", "Up to 256 bytes that make this write recognisable when it is sent again."),
        ["x-ot-causes"] = InHeader("x-ot-causes", "Write ids that this write follows from, with commas between them; at most 64."),
        ["x-ot-system-time"] = InHeader("x-ot-system-time", "System time of an earlier answer; this request is ordered after it."),
        ["agentKind"] = InQuery("kind", "Only agents of this kind."),
    };

    /// <summary>Headers of answers by name.</summary>
    internal static JsonObject BuildHeaders() => new()
    {
        ["x-ot-system-time"] = Header("The newest system time that the service knew of when it answered."),
        ["x-ot-root"] = Header("Local root of the agent after the write, 64 hexadecimal digits."),
        ["ETag"] = Header("The write id of the version, in quotes."),
        ["Operation-Location"] = Header("Where the progress can be read."),
    };

    private static JsonObject InPath(string name, string description, string? pattern)
    {
        var schema = new JsonObject { ["type"] = "string", ["minLength"] = 1 };
        if (pattern is not null)
        {
            schema["pattern"] = pattern;
        }

        return Parameter(name, "path", description, schema, isRequired: true);
    }

    private static JsonObject InQuery(string name, string description, JsonObject? schema = null) =>
        Parameter(name, "query", description, schema ?? new JsonObject { ["type"] = "string" }, isRequired: false);

    private static JsonObject InHeader(string name, string description) =>
        Parameter(name, "header", description, new JsonObject { ["type"] = "string" }, isRequired: false);

    private static JsonObject Parameter(string name, string place, string description, JsonObject schema, bool isRequired)
    {
        var parameter = new JsonObject { ["name"] = name, ["in"] = place };
        if (isRequired)
        {
            parameter["required"] = true;
        }

        parameter["description"] = description;
        parameter["schema"] = schema;
        return parameter;
    }

    private static JsonObject Header(string description) =>
        new() { ["description"] = description, ["schema"] = new JsonObject { ["type"] = "string" } };
}
