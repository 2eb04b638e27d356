using System.Text.Json.Nodes;

namespace OrleansTemporal.OpenApi;

/// <summary>Schemas of bodies, in the short notation of <see cref="OpenApiSchemaNotation"/>: a question mark makes a field optional.</summary>
internal static partial class OpenApiSchemas
{
    private const string Receipt = "agent:string sequence:integer systemTime:instant root:hash durability?:durability ";
    private const string Outcome = "key:string writeId:writeId distinctionId:hash|null previousWriteId:writeId|null expiresAt?:instant ";
    private const string Version =
        "key:string value?:any writeId:writeId distinctionId?:hash previousWriteId:writeId|null causes:writeId[] sequence:integer systemTime:instant expiresAt?:instant ";

    private const string Settings = "partitions?:integer ttl?:string|null indexes?:any[] durability?:durability dataKey?:dataKey dataKeys?:KeyPolicies ";
    private const string Policy =
        "tiers?:LifecycleTiers heat?:LifecycleHeat compression?:LifecycleCompression retention?:RetentionRule[] fitness?:LifecycleFitness schedule?:LifecycleSchedule bytesPerSecondMax?:integer|null ";

    private const string Pattern =
        "threshold?:PatternCondition times?:PatternTimes followedBy?:PatternPair notFollowedBy?:PatternPair within:string lateness?:string on?:string[]";

    private const string Ledger = "types:SignalType[] profiles?:SignalProfiles partitions?:integer ";
    private const string LedgerStats = "entityCount:integer stateCount:integer lateCount:integer bytes:integer ";

    private const string Vectors = "dimensions:integer metric:vectorMetric model:string index:VectorIndex partitions:integer ";

    private const string Route = "sourcePattern:string channels:string[] priority?:routingPriority ttl?:string|null conditions?:RouteCondition[] ";

    private const string Delta =
        "agent:string sequence:integer systemTime:instant kind:string key?:string change?:changeType payload:any expired?:boolean erased?:boolean encrypted?:boolean cut?:boolean "
        + "root:hash cursor:string metadata?:Texts ";

    private const string LineageNode =
        "writeId?:writeId namespace?:string key?:string systemTime?:instant causes?:writeId[] previousWriteId?:writeId|null deleted?:boolean erased?:boolean "
        + "exists?:boolean distance?:integer count?:integer";

    private const string Agent =
        "agent?:string kind:string name:string partition?:integer sequence?:integer root?:hash systemTime?:instant epoch?:integer "
        + "sealedThrough?:integer bytes?:Bytes heat?:number segmentCount?:integer runCount?:integer ";

    /// <summary>All schemas by name.</summary>
    internal static JsonObject Build()
    {
        var schemas = new JsonObject
        {
            ["AnyJson"] = new JsonObject { ["description"] = "Any JSON: up to 1 MiB in canonical form (RFC 8785), 64 levels deep, without duplicate names." },
        };
        schemas["Lines"] = new JsonObject { ["type"] = "string", ["description"] = "measurement,tag=value field=1.5,other=3i 1700000000000000000, one point a line." };
        foreach (var (name, notation) in Notations)
        {
            schemas[name] = OpenApiSchemaNotation.Parse(notation);
        }

        return schemas;
    }

    private static IEnumerable<(string Name, string Notation)> Notations =>
    [
        ("ChannelSource", "kind:string name?:string|null"),
        ("ChannelSettings", "guarantee?:guarantee sources?:ChannelSource[]"),
        ("ChannelWritten", "agent?:string sequence:integer systemTime:instant root?:hash guarantee:guarantee open:boolean sources:ChannelSource[]"),
        ("ChannelMetrics", "published:integer delivered:integer avgLatencyMs:number subscriberCount:integer agentCount:integer"),
        ("Channel", "name:string guarantee:guarantee open:boolean sources:ChannelSource[] metrics?:ChannelMetrics"),
        ("Channels", "value:Channel[] nextLink:string|null"),
        ("SubscriptionFilter", "sourcePatterns?:string[] keyPrefix?:string minMagnitude?:number metadata?:Texts changeTypes?:string[] value?:any"),
        ("Webhook", "url:string secret?:string|null mode?:webhookMode signed?:boolean"),
        ("SubscriptionOrder", "name?:string channels:string[] filter?:SubscriptionFilter from?:string lease?:string maxTries?:integer webhook?:Webhook"),
        ("SubscriptionMetrics", "received:integer acknowledged:integer redelivered:integer pending:integer dead:integer lag:integer backpressureEvents:integer avgAckMs:number"),
        ("Subscription", "id:string cursor:string status:subscriptionStatus name:string channels:string[] guarantee:guarantee filter:SubscriptionFilter lease:string maxTries:integer webhook?:Webhook metrics:SubscriptionMetrics createdAt:instant stateHash?:hash"),
        ("Subscriptions", "value:Subscription[] nextLink:string|null"),
        ("SubscriptionDelta", Delta),
        ("SubscriptionBatch", "value:SubscriptionDelta[] cursor:string status:subscriptionStatus tries:integer hasMore:boolean"),
        ("SubscriptionCursor", "cursor:string"),
        ("SubscriptionAcknowledgement", "cursor:string stateHash?:hash|null"),
        ("SubscriptionMoved", "id:string cursor:string status:subscriptionStatus pending:integer stateHash?:hash"),
        ("DeadLetter", Delta + "tries:integer deadSince:instant"),
        ("UnreadLetter", "agent:string cursor:string tries:integer deadSince:instant code:string detail:string"),
        ("DeadLetters", "value:DeadLetter[] unread:UnreadLetter[] nextLink:string|null"),
        ("Problem", "type:string title:string status:integer detail:string code:string field?:string limit?:integer outcomeKnown?:boolean"),
        ("AsOf", "systemTime:instant sequence?:integer"),
        ("Receipt", Receipt),
        ("KvWritten", Receipt + Outcome),
        ("KvVersion", Version + "asOf:AsOf"),
        ("KvHistoryEntry", Version + "deleted:boolean erased:boolean"),
        ("KvHistory", "value:KvHistoryEntry[] nextLink:string|null asOf:AsOf keptFrom?:instant"),
        ("KvKey", "key:string writeId:writeId systemTime:instant"),
        ("KvKeys", "value:KvKey[] nextLink:string|null asOf:AsOf"),
        ("KvExpiring", "key:string writeId:writeId systemTime:instant expiresAt:instant"),
        ("KvExpirings", "value:KvExpiring[] nextLink:string|null asOf:AsOf"),
        ("KvNamespace", "name:string keyCount:integer versionCount:integer bytes:integer"),
        ("KvNamespaces", "value:KvNamespace[] nextLink:string|null"),
        ("KvGetMany", "keys:string[] asOf?:string|integer|null"),
        ("KvFound", "key:string value?:any writeId?:writeId distinctionId?:hash previousWriteId?:writeId|null causes?:writeId[] sequence?:integer systemTime?:instant expiresAt?:instant code?:string"),
        ("KvVersions", "value:KvFound[] nextLink:string|null asOf:AsOf"),
        ("KvPut", "key:string value:any ifMatch?:string ifNoneMatch?:string ttl?:string"),
        ("KvDelete", "key:string ifMatch?:string"),
        ("KvBatchOperation", "put?:KvPut delete?:KvDelete"),
        ("KvBatch", "operations:KvBatchOperation[] atomic?:boolean"),
        ("KvErasureScope", "namespace:string key?:string prefix?:string"),
        ("KvErasure", "kv?:KvErasureScope workspace?:boolean reason?:string"),
        ("KvErased", "agent?:string sequence?:integer systemTime:instant root?:hash durability?:durability receipts:Receipt[] keys:integer versions:integer purged:boolean"),
        ("KvOutcome", Outcome),
        ("KvBatchWritten", "agent?:string sequence?:integer systemTime:instant root?:hash durability?:durability receipts:Receipt[] writes:KvOutcome[]"),
        ("KvSort", "field:string descending?:boolean"),
        ("KvQuery", "filter?:any prefix?:string select?:string[] sort?:KvSort[] skip?:integer limit?:integer total?:boolean aggregate?:any groupBy?:string[] asOf?:string|integer|null"),
        ("KvQueryPlan", "path:string keys:integer keysFromSegments:integer bytes:integer partitions:integer turns:integer exitedEarly:boolean complete:boolean index:string|null changes:integer"),
        ("KvQueryAnswer", "value:any[] total:integer|null nextLink:string|null asOf:AsOf plan:KvQueryPlan"),
        ("KvSettings", Settings),
        ("KvSettingsWritten", "agent?:string sequence:integer systemTime:instant root?:hash " + Settings),
        ("SeriesPoint", "tags?:Texts fields:Numbers time?:instant"),
        ("SeriesPoints", "points:SeriesPoint[]"),
        ("Texts", "*:string"),
        ("TextLists", "*:string[]"),
        ("Numbers", "*:number"),
        ("SeriesWritten", "agent?:string sequence?:integer systemTime:instant root?:hash durability?:durability receipts:Receipt[] accepted:integer"),
        ("SeriesDeleted", "agent?:string sequence?:integer systemTime:instant root?:hash durability?:durability receipts:Receipt[]"),
        ("SeriesFound", "time:instant tags:Texts field?:string value:number resolution?:string"),
        ("SeriesPointList", "value:SeriesFound[] nextLink:string|null asOf:AsOf keptFrom?:instant pointsFrom?:instant"),
        ("SeriesAggregate", "start:instant end:instant tags:Texts count:integer sum?:number|null avg?:number|null min?:number|null max?:number|null first?:number|null last?:number|null stddev?:number|null rate?:number|null"),
        ("SeriesAggregates", "value:SeriesAggregate[] nextLink:string|null asOf:AsOf plan?:SeriesPlan keptFrom?:instant pointsFrom?:instant"),
        ("SeriesPlan", "series:integer chunksSummed:integer chunksRolledUp:integer chunksDecoded:integer pointsRead:integer"),
        ("SeriesStreamName", "name:string"),
        ("SeriesStreams", "value:SeriesStreamName[] nextLink:string|null"),
        ("SeriesBytes", "memory:integer hot:integer warm:integer cold:integer"),
        ("SeriesJoined", "time:instant tags:Texts field?:string value:number with:SeriesFound"),
        ("SeriesJoin", "value:SeriesJoined[] nextLink:string|null asOf:AsOf"),
        ("SeriesAnomaly", "time:instant tags:Texts field?:string value:number score:number pValue:number expected:number|null"),
        ("SeriesAnomalies", "value:SeriesAnomaly[] nextLink:string|null asOf:AsOf"),
        ("SeriesSeasonality", "period:string strength:number profile:number[]"),
        ("SeriesForecast", "time:instant value:number low:number high:number"),
        ("SeriesTrend", "slope:number intercept:number start:instant step:string count:integer seasonality:SeriesSeasonality|null forecast:SeriesForecast[] asOf:AsOf"),
        ("SeriesCorrelation", "stream:string field:string coefficient:number lag:string pValue:number count:integer"),
        ("SeriesCorrelations", "value:SeriesCorrelation[] nextLink:string|null compared:integer step:string asOf:AsOf"),
        ("SeriesLink", "stream:string field?:string lag?:string"),
        ("SeriesLinks", "links:SeriesLink[]"),
        ("SeriesLinksWritten", "agent?:string sequence?:integer systemTime?:instant root?:hash durability?:durability links:SeriesLink[]"),
        ("PatternCondition", "stream:string field?:string tags?:Texts gt?:number gte?:number lt?:number lte?:number eq?:number ne?:number"),
        ("PatternTimes", "count:integer of:PatternCondition"),
        ("PatternPair", "first:PatternCondition then:PatternCondition"),
        ("PatternDefinition", Pattern),
        ("Pattern", "agent?:string sequence:integer root?:hash durability?:durability name:string writeId:writeId systemTime:instant matchCount:integer " + Pattern),
        ("Patterns", "value:Pattern[] nextLink:string|null"),
        ("SeriesStream", "name:string fields:string[] tags:TextLists seriesCount:integer pointCount:integer firstTime:instant|null lastTime:instant|null createdAt:instant bytes:SeriesBytes keptFrom?:instant pointsFrom?:instant resolutions?:SeriesResolution[]"),
        ("SeriesResolution", "before:instant resolution:string"),
        ("PromForm", "query?:string time?:string start?:string end?:string step?:string metric?:string limit?:string asOf?:string"),
        ("PromAnswer", "status:string data:PromData asOf:AsOf warnings?:string[]"),
        ("PromData", "resultType:string result:any[]"),
        ("PromTexts", "status:string data:string[] warnings?:string[]"),
        ("PromSeriesList", "status:string data:Texts[] warnings?:string[]"),
        ("PromMetadata", "status:string data:PromMetrics"),
        ("PromMetrics", "*:PromMetric[]"),
        ("PromMetric", "type:string help:string unit:string"),
        ("PromBuildInfo", "status:string data:Texts"),
        ("SignalType", "name:string halfLife:string halfLives?:string[] windows?:string[] decay?:string"),
        ("SignalProfile", "*:number"),
        ("SignalProfiles", "*:SignalProfile"),
        ("SignalSchema", Ledger),
        ("SignalLedger", "name:string " + Ledger + LedgerStats),
        ("SignalLedgers", "value:SignalLedger[] nextLink:string|null"),
        ("SignalLedgerWritten", "agent?:string sequence:integer systemTime:instant root?:hash " + Ledger),
        ("SignalEvent", "entity:string signal:string weight?:number time?:string|null id?:string|null"),
        ("SignalEvents", "events:SignalEvent[]"),
        ("SignalRecorded", "agent?:string sequence?:integer systemTime:instant root?:hash durability?:durability receipts:Receipt[] accepted:integer duplicates:integer"),
        ("SignalNumbers", "*:number"),
        ("SignalCounts", "*:integer"),
        ("SignalStarts", "*:instant"),
        ("SignalValues", "score:number scores:SignalNumbers lastEvent:string|null counts:SignalCounts sums:SignalNumbers velocity:SignalNumbers windowStart:SignalStarts"),
        ("SignalsOfEntity", "*:SignalValues"),
        ("SignalEntity", "entity:string signals?:SignalsOfEntity value?:number"),
        ("SignalEntityAnswer", "entity:string signals:SignalsOfEntity at:instant asOf:AsOf"),
        ("SignalEntitiesQuestion", "entities:string[] at?:string|null asOf?:string|integer|null profile?:string|null"),
        ("SignalEntities", "value:SignalEntity[] nextLink:string|null at:instant asOf:AsOf"),
        ("SignalRank", "entity:string value:number"),
        ("SignalTop", "value:SignalRank[] nextLink:string|null at:instant asOf:AsOf"),
        ("ViewQuery", "filter?:any select?:string[] sort?:KvSort[] aggregate?:any groupBy?:string[]"),
        ("ViewDefinition", "source:string query?:ViewQuery refresh?:string description?:string"),
        ("ViewWritten", "agent?:string sequence:integer systemTime:instant root?:hash description?:string query:ViewQuery refresh:string source:string"),
        ("ViewStats", "rows:integer bytes:integer changes:integer builds:integer systemTime:instant|null knownFrom:instant|null"),
        ("View", "name:string description?:string query:ViewQuery refresh:string source:string systemTime:instant state:ViewStats"),
        ("Views", "value:View[] nextLink:string|null"),
        ("VectorIndex", "m?:integer efConstruction?:integer quantization?:string"),
        ("RouteCondition", "minMagnitude?:number metadataEquals?:Texts metadataExists?:string timeOfDay?:TimeOfDay"),
        ("TimeOfDay", "startHour:integer endHour:integer tz?:string"),
        ("RouteDefinition", Route),
        ("RouteWritten", "agent?:string sequence:integer systemTime:instant root?:hash " + Route),
        ("Route", "name:string " + Route + "sequence:integer systemTime:instant"),
        ("Routes", "value:Route[] nextLink:string|null"),
        ("DomainEvent", "type:string id:string agent:string sequence:integer systemTime:instant root:hash data:any"),
        ("DomainEvents", "value:DomainEvent[] cursor:string nextLink:string|null"),
        ("VectorSettings", "dimensions:integer metric?:vectorMetric model?:string|null index?:VectorIndex partitions?:integer"),
        ("VectorCollectionWritten", "agent?:string sequence:integer systemTime:instant root?:hash " + Vectors),
        ("VectorCollection", "name:string " + Vectors + "count:integer versionCount:integer distinctCount:integer indexedCount:integer bytes:integer systemTime:instant"),
        ("VectorCollections", "value:VectorCollection[] nextLink:string|null"),
        ("VectorPut", "vector:number[] metadata?:any"),
        ("VectorItem", "id:string vector:number[] metadata?:any"),
        ("VectorBatch", "items:VectorItem[]"),
        ("VectorWritten", Receipt + "id:string writeId:writeId distinctionId:hash|null previousWriteId:writeId|null"),
        ("VectorBatchWritten", "agent?:string sequence?:integer systemTime:instant root?:hash durability?:durability receipts:Receipt[] accepted:integer"),
        ("VectorList", "value:VectorListed[] nextLink:string|null asOf:AsOf"),
        ("VectorListed", "id:string vector:number[] metadata:any writeId:writeId systemTime:instant"),
        ("VectorVersion", "id:string vector:number[] metadata:any writeId:writeId distinctionId:hash previousWriteId:writeId|null causes:writeId[] sequence:integer systemTime:instant asOf:AsOf"),
        ("VectorQuestion", "vector:number[] k?:integer ef?:integer|null mode?:vectorMode threshold?:number|null filter?:any model?:string asOf?:string|integer|null causal?:VectorCausal|null"),
        ("VectorCausal", "near:string weight?:number"),
        ("VectorMatch", "id:string score:number distance:number metadata:any writeId:writeId proximity?:number"),
        ("VectorAnswer", "value:VectorMatch[] mode:vectorModeAnswered asOf:AsOf"),
        ("LineageQuestion", "ask:lineageAsk of?:string|string[] with?:string|string[] depth?:integer|null direction?:lineageDirection namespace?:string asOf?:string|null similarity?:number walks?:integer steps?:integer seed?:integer"),
        ("LineageNode", LineageNode),
        ("LineageRow", "nodes?:LineageNode[] similarity?:number " + LineageNode),
        ("LineageAnswer", "value:LineageRow[] nextLink:string|null complete:boolean connected?:boolean asOf:AsOf"),
        ("KeyPolicies", "*:keyPolicy"),
        ("DataKeyScope", "namespace?:string key?:string"),
        ("DataKey", "id:string namespace?:string key?:string number:integer state:dataKeyState createdAt:instant"),
        ("DataKeys", "value:DataKey[] nextLink:string|null"),
        ("WorkspaceSettings", "durability?:durability dataKey?:keyPolicy quotas?:any"),
        ("Workspace", "name:string durability:durability dataKey:keyPolicy quotas:any sequence:integer systemTime:instant"),
        ("Workspaces", "value:Workspace[] nextLink:string|null"),
        ("WorkspaceWritten", "agent?:string sequence:integer systemTime:instant root?:hash name:string durability:durability dataKey:keyPolicy quotas:any"),
        ("Bytes", "hot:integer warm:integer cold:integer deep:integer"),
        ("Agent", Agent),
        ("Agents", "value:Agent[] nextLink:string|null"),
        ("AgentDetail", Agent + "partitions:Agent[]"),
        ("Counts", "*:integer"),
        ("Operation", "id:string process:string status:status progress:number counts:Counts savings?:Savings garbage?:ScoredDocument[] fault?:string"),
        ("ScoredDocument", "document:string fitness:number references:integer descendants:integer ageDays:number"),
        ("Savings", "bytes:integer moneyPerMonth?:number costOnce?:number currency?:string"),
        ("LifecyclePolicy", Policy),
        ("LifecyclePolicyWritten", Receipt + Policy),
        ("LifecycleTiers", "hot?:string warm?:string cold?:string"),
        ("LifecycleHeat", "halfLife?:string promoteAbove?:number demoteBelow?:number"),
        ("LifecycleCompression", "warm?:string cold?:string"),
        ("DownsampleLevel", "after?:string to?:string afterLast?:integer every?:integer"),
        ("RetentionRule", "match:string keep?:string keepLast?:integer downsample?:DownsampleLevel[]"),
        ("LifecycleFitness", "reference?:number descendant?:number heat?:number day?:number grace?:string fitFrom?:number"),
        ("LifecycleSchedule", "consolidation?:string distillation?:string genome?:string"),
        ("LifecycleRun", "process:lifecycleProcess dryRun?:boolean"),
        ("LifecycleRan", "process:lifecycleProcess systemTime:instant counts:Counts digest?:hash"),
        ("TierSize", "bytes:integer agents:integer"),
        ("TierSizes", "hot:TierSize warm:TierSize cold:TierSize deep:TierSize"),
        ("LifecycleTimes", "lastRun:instant|null nextRun:instant|null"),
        ("LifecycleProcesses", "consolidation:LifecycleTimes distillation:LifecycleTimes genome:LifecycleTimes"),
        ("Lifecycle", "tiers:TierSizes agents:integer segments:integer policySequence:integer processes:LifecycleProcesses runs:LifecycleRan[]"),
        ("BackupTarget", "to:string"),
        ("BackupSource", "from:string"),
        ("BackedUpAgent", "agent:string sequence:integer root:hash"),
        ("Backup", "workspace:string systemTime:instant deltas:integer agents:BackedUpAgent[]"),
        ("AgentGenome", "agent:string genesisRoot:hash sequence:integer root:hash systemTime:instant floorSequence:integer sealedThrough:integer sealedRoot:hash segmentCount:integer segmentBytes:integer manifest:string|null manifestVersion:integer"),
        ("Genome", "workspace:string systemTime:instant digest:hash|null agents:AgentGenome[]"),
        .. Timelines,
        ("Health", "status:string"),
    ];
}
