namespace OrleansTemporal;

/// <summary>Every bound of the product in one place. Each is reached by a test.</summary>
public static class Limits
{
    /// <summary>Bytes of one JSON value, canonical: 1 MiB.</summary>
    public const int ValueBytesMax = 1 << 20;

    /// <summary>Bytes of a request body after decompression: 16 MiB.</summary>
    public const int BodyBytesMax = 16 << 20;

    /// <summary>Decompressed bytes for each compressed byte of a body.</summary>
    public const int DecompressionRatioMax = 100;

    /// <summary>Operations in one batch.</summary>
    public const int BatchCountMax = 10_000;

    /// <summary>Nesting of JSON arrays and objects.</summary>
    public const int JsonDepthMax = 64;

    /// <summary>Rows that a list answers when the caller names no limit.</summary>
    public const int PageCountDefault = 100;

    /// <summary>Rows that a list answers at most.</summary>
    public const int PageCountMax = 10_000;

    /// <summary>Keys that one page may scan before it answers with a cursor.</summary>
    public const int KeysScannedPerPageMax = 10_000;

    /// <summary>Deltas in one page of a log.</summary>
    public const int DeltaPageMax = 10_000;

    /// <summary>Agents whose notices one listener is behind with; of more, it is told only that there are some.</summary>
    public const int NoticeAgentsMax = 65_536;

    /// <summary>Sources that the settings of one channel name.</summary>
    public const int ChannelSourcesMax = 1_000;

    /// <summary>Agents whose deltas one channel carries.</summary>
    public const int ChannelAgentsMax = 10_000;

    /// <summary>Agents that are announced to a channel in one call.</summary>
    public const int ChannelRangesMax = 1_000;

    /// <summary>Bytes of a channel's newest deltas that a process keeps for all subscribers together: 16 MiB. Who is further behind reads the log.</summary>
    public const long ChannelFeedBytesMax = 16L << 20;

    /// <summary>Channels whose newest deltas a process keeps while nobody reads them.</summary>
    public const int ChannelFeedsIdleMax = 64;

    /// <summary>Subscriptions of one workspace.</summary>
    public const int SubscriptionsMax = 10_000;

    /// <summary>Channels that one subscription reads.</summary>
    public const int SubscriptionChannelsMax = 64;

    /// <summary>Deltas of one subscription that may wait for their acknowledgement.</summary>
    public const int SubscriptionPendingMax = 10_000;

    /// <summary>Dead letters that a subscription lists; of more, the oldest are only in its log.</summary>
    public const int SubscriptionDeadMax = 10_000;

    /// <summary>How often a delta may be handed out before it is put aside.</summary>
    public const int SubscriptionTriesMax = 100;

    /// <summary>Deltas that are looked at for one answer; a filter that passes nothing must not hold an answer up.</summary>
    public const int SubscriptionExaminedMax = 10_000;

    /// <summary>Characters of the address of a webhook.</summary>
    public const int WebhookUrlLengthMax = 2_048;

    /// <summary>Bytes of UTF-8 in the secret of a webhook.</summary>
    public const int WebhookSecretBytesMax = 512;

    /// <summary>Longest time that a delta may wait for its acknowledgement: a day.</summary>
    public static readonly TimeSpan SubscriptionLeaseMax = TimeSpan.FromDays(1);

    /// <summary>Longest time that a request for deltas waits for some: a minute.</summary>
    public static readonly TimeSpan SubscriptionWaitMax = TimeSpan.FromMinutes(1);

    /// <summary>After so long without anybody asking for its deltas a subscription counts as disconnected.</summary>
    public static readonly TimeSpan SubscriptionSilenceMax = TimeSpan.FromSeconds(30);

    /// <summary>Characters of a glob over sources.</summary>
    public const int SourcePatternLengthMax = 256;

    /// <summary>Globs, pairs of metadata or types of change in one filter, each.</summary>
    public const int SubscriptionFilterPartsMax = 100;

    /// <summary>Routes of one workspace.</summary>
    public const int RoutesMax = 2_000;

    /// <summary>Channels of one route.</summary>
    public const int RouteChannelsMax = 64;

    /// <summary>Conditions of one route.</summary>
    public const int RouteConditionsMax = 32;

    /// <summary>Sources whose routes a compiled set of routes keeps; past that it begins to find them anew.</summary>
    public const int RouteSourcesKeptMax = 65_536;

    /// <summary>Deltas that one page of events looks at before it answers with a cursor.</summary>
    public const int EventsScannedPerPageMax = 10_000;

    /// <summary>Changes of one delta that are told.</summary>
    public const int DeltaChangesMax = 10_000;

    /// <summary>Numbers of vectors and states that are told with the changes of one delta.</summary>
    public const int ChangeNumbersMax = 65_536;

    /// <summary>Bytes of UTF-8 in a key or entity id.</summary>
    public const int KeyBytesMax = 1_024;

    /// <summary>Characters of a name.</summary>
    public const int NameLengthMax = 128;

    /// <summary>Bytes of UTF-8 in an idempotency key as the client sends it.</summary>
    public const int IdempotencyKeyBytesMax = 256;

    /// <summary>Write ids that one write may name as its causes.</summary>
    public const int CausesMax = 64;

    /// <summary>Metadata pairs on one write.</summary>
    public const int MetadataCountMax = 32;

    /// <summary>Bytes of UTF-8 in one metadata key or value.</summary>
    public const int MetadataBytesMax = 1_024;

    /// <summary>Bytes of UTF-8 in the name of an actor.</summary>
    public const int ActorBytesMax = 256;

    /// <summary>Rules of retention in a lifecycle policy.</summary>
    public const int RetentionRulesMax = 100;

    /// <summary>Operations remembered per agent for idempotency.</summary>
    public const int OperationsRememberedMax = 100_000;

    /// <summary>Bytes of one encoded delta record.</summary>
    public const int DeltaBytesMax = 24 << 20;

    /// <summary>Days that a value lives at most, when it does not live for ever.</summary>
    public const int TimeToLiveDaysMax = 36_500;

    /// <summary>Data keys that a process keeps, over all workspaces.</summary>
    public const int DataKeysMax = 100_000;

    /// <summary>Keys of one namespace that may have a data key setting of their own.</summary>
    public const int DataKeySettingsMax = 1_000;

    /// <summary>Values that one life of a process encrypts under one data key; then another takes its place.</summary>
    public const long ValuesPerDataKeyMax = 1L << 32;

    /// <summary>Partitions of one namespace.</summary>
    public const int PartitionsMax = 256;

    /// <summary>Slots that names hash to.</summary>
    public const int SlotCount = 4_096;

    /// <summary>Nodes that one question about lineage holds in memory.</summary>
    public const int LineageNodesMax = 100_000;

    /// <summary>Edges that one question about lineage follows.</summary>
    public const int LineageEdgesMax = 1_000_000;

    /// <summary>Neighbours of one node, in one direction, that a question about lineage follows.</summary>
    public const int LineageNeighboursMax = 10_000;

    /// <summary>Writes or keys that one question about lineage may start from.</summary>
    public const int LineageStartsMax = 1_000;

    /// <summary>Writes that a storage agent is asked about in one call.</summary>
    public const int LineageBatchMax = 1_000;

    /// <summary>Walks in one question, and edges of one walk.</summary>
    public const int LineageWalksMax = 1_000;

    /// <summary>Pairs that one question compares.</summary>
    public const int LineagePairsMax = 1_000_000;

    /// <summary>References that one question counts.</summary>
    public const int LineageReferencesMax = 100_000;

    /// <summary>Bytes of documents that one turn of a query may read before it lets others work.</summary>
    public const int QueryTurnBytesMax = 4 << 20;

    /// <summary>Looks for a key's version in memory that a query makes under one hold of an agent's gate; each takes some ten nanoseconds to a microsecond.</summary>
    public const int QueryLooksPerHoldMax = 256;

    /// <summary>Keys that one request in key order may scan before it answers with a cursor.</summary>
    public const int QueryKeysScannedMax = 1_000_000;

    /// <summary>Rows that a query may skip.</summary>
    public const int QuerySkipMax = 10_000;

    /// <summary>Groups of one query.</summary>
    public const int QueryGroupsMax = 10_000;

    /// <summary>Different values that one aggregate of one group may list.</summary>
    public const int QueryDistinctMax = 10_000;

    /// <summary>Bytes that rows, groups and different values of one query may hold at once: 64 MiB.</summary>
    public const int QueryMemoryBytesMax = 64 << 20;

    /// <summary>Bytes of documents in one page of an answer, after which it ends early: 16 MiB.</summary>
    public const int QueryAnswerBytesMax = 16 << 20;

    /// <summary>Fields in each of select, sort, groupBy and aggregate.</summary>
    public const int QueryFieldsMax = 64;

    /// <summary>Characters of a path to a field.</summary>
    public const int FieldPathLengthMax = 1_024;

    /// <summary>Conditions in one filter, and connectives around them.</summary>
    public const int FilterNodesMax = 1_000;

    /// <summary>Characters of a pattern.</summary>
    public const int PatternLengthMax = 1_024;

    /// <summary>Places in a pattern after its repetitions are written out; matching costs so much for each character at worst.</summary>
    public const int PatternSizeMax = 1_000;

    /// <summary>Digits before and behind the decimal point of a number that can be summed exactly.</summary>
    public const int SumDigitsMax = 1_000;

    /// <summary>Bytes of the reason that an erasure gives.</summary>
    public const int ErasureReasonBytesMax = 1_024;

    /// <summary>Components of a timeline's state.</summary>
    public const int TimelineDimensionsMax = 4_000_000;

    /// <summary>Steps of a timeline between two hashes of its state.</summary>
    public const int TimelineCheckpointEveryMax = 1_000_000;

    /// <summary>Deltas of a timeline that wait for their parents.</summary>
    public const int TimelineBufferedMax = 1_000;

    /// <summary>Branches of a timeline.</summary>
    public const int TimelineBranchesMax = 10_000;

    /// <summary>Bytes of the components on a page of deltas; one delta may be larger alone.</summary>
    public const int TimelinePageBytesMax = 8 << 20;

    /// <summary>Steps in which it is looked for components that change together; of more, the newest.</summary>
    public const int CoOccurrenceStepsMax = 20_000;

    /// <summary>Components that are looked at for it, two by two.</summary>
    public const int CoOccurrenceComponentsMax = 1_024;

    /// <summary>Coarser resolutions of one rule of retention.</summary>
    public const int DownsampleLevelsMax = 8;

    /// <summary>Observers of a timeline: each may hold two whole states in memory.</summary>
    public const int TimelineObserversMax = 64;

    /// <summary>States that an observer coalesces before it records one.</summary>
    public const int ObserverBufferMax = 1_000_000;

    /// <summary>Days between two steps of an observer.</summary>
    public const int ObserverIntervalDaysMax = 1;

    /// <summary>Tags of one point.</summary>
    public const int SeriesTagsMax = 64;

    /// <summary>Values in one write to a stream.</summary>
    public const int SeriesRowsMax = 500_000;

    /// <summary>Points that an agent answers in one page; pages of REST have <see cref="PageCountMax"/>.</summary>
    public const int SeriesRowsPerPageMax = 1_000_000;

    /// <summary>Windows that one aggregation answers, over all groups.</summary>
    public const int SeriesWindowsMax = 1_000_000;

    /// <summary>Slices that one sliding window is made of.</summary>
    public const int WindowSlicesMax = 10_000;

    /// <summary>Points of a window up to which percentiles are exact.</summary>
    public const int ExactPercentileCountMax = 10_000;

    /// <summary>Series of one partition of a stream.</summary>
    public const int SeriesPerPartitionMax = 1_000_000;

    /// <summary>Names of tags that the series of one partition of a stream have.</summary>
    public const int SeriesTagNamesMax = 1_000;

    /// <summary>Points that a question about several series at once holds in memory.</summary>
    public const int SeriesPointsInMemoryMax = 20_000_000;

    /// <summary>Deletions that a partition of a stream keeps.</summary>
    public const int SeriesDeletionsMax = 100_000;

    /// <summary>Points of the other stream that a join holds in memory.</summary>
    public const int SeriesJoinHeldMax = 1_000_000;

    /// <summary>Points of the first stream that one page of a join looks at before it answers with a cursor.</summary>
    public const int SeriesJoinScanMax = 1_000_000;

    /// <summary>Series that one question about anomalies scores.</summary>
    public const int SeriesScoredMax = 1_000;

    /// <summary>Points that one question about anomalies goes through.</summary>
    public const int SeriesScoredPointsMax = 10_000_000;

    /// <summary>Steps that a trend or a correlation is computed from; a longer time has longer steps.</summary>
    public const int SeriesGridMax = 2_048;

    /// <summary>Points of one forecast.</summary>
    public const int SeriesForecastMax = 10_000;

    /// <summary>Fields of streams that one question about correlations compares with.</summary>
    public const int SeriesComparedMax = 1_000;

    /// <summary>Streams that one stream is linked with.</summary>
    public const int SeriesLinksMax = 100;

    /// <summary>Points that an aggregation over linked streams brings together.</summary>
    public const int SeriesLinkedPointsMax = 20_000_000;

    /// <summary>Patterns of one workspace.</summary>
    public const int PatternsMax = 1_000;

    /// <summary>Points that a pattern counts.</summary>
    public const int PatternCountMax = 10_000;

    /// <summary>Nanoseconds that the points of a match lie apart at most, and that a pattern waits for late ones: 31 days.</summary>
    public const long PatternWithinNanosecondsMax = 31L * 86_400 * 1_000_000_000;

    /// <summary>Signal types of one ledger.</summary>
    public const int SignalTypesMax = 64;

    /// <summary>Half-lives of one signal type.</summary>
    public const int SignalHalfLivesMax = 3;

    /// <summary>Windows of one signal type.</summary>
    public const int SignalWindowsMax = 8;

    /// <summary>Rank profiles of one ledger.</summary>
    public const int SignalProfilesMax = 64;

    /// <summary>Bytes of a ledger's definition.</summary>
    public const int SignalSchemaBytesMax = 32 << 10;

    /// <summary>Hours of the longest window: seven days.</summary>
    public const int SignalWindowHoursMax = 168;

    /// <summary>Hours that an event may lie ahead of its arrival.</summary>
    public const int SignalHoursAheadMax = 24;

    /// <summary>Events of one partition of a ledger that wait for their time.</summary>
    public const int SignalsAheadMax = 100_000;

    /// <summary>Events that one partition of a ledger recognises by their ids.</summary>
    public const int SignalEventIdsMax = 1_000_000;

    /// <summary>Bytes of UTF-8 in the id of an event.</summary>
    public const int SignalEventIdBytesMax = 256;
    /// <summary>Floats of one vector.</summary>
    public const int VectorDimensionsMax = 8_192;

    /// <summary>Characters of the name of a model.</summary>
    public const int VectorModelLengthMax = 256;

    /// <summary>Bytes of the metadata of one vector, canonical: 64 KiB.</summary>
    public const int VectorMetadataBytesMax = 64 << 10;

    /// <summary>Live vectors of one partition of a collection.</summary>
    public const int VectorsMax = 1_000_000;

    /// <summary>Versions of vectors of one partition of a collection, of the past and now.</summary>
    public const int VectorVersionsMax = 100_000_000;

    /// <summary>Deltas of the causal history of a vector, the nearest of those that it follows from.</summary>
    public const int VectorHistoryMax = 256;

    /// <summary>Steps from a vector back into its causal history.</summary>
    public const int VectorHistoryDepthMax = 3;

    /// <summary>Vectors that one search answers with.</summary>
    public const int VectorAnswersMax = 1_000;

    /// <summary>Candidates that one search follows.</summary>
    public const int VectorWidthMax = 10_000;

    /// <summary>Bytes of vectors and metadata after which a page of a list ends: 4 MiB.</summary>
    public const int VectorPageBytesMax = 4 << 20;

    /// <summary>Answers that a collection keeps for when the same is asked again.</summary>
    public const int VectorAnswersKeptMax = 1_000;

    /// <summary>Views that one view may be over, itself included.</summary>
    public const int ViewDepthMax = 16;

    /// <summary>Characters of what a view is said to be for.</summary>
    public const int ViewDescriptionLengthMax = 1_024;

    /// <summary>Points that one deletion may take out of a view one by one; beyond that the view is made anew.</summary>
    public const int ViewDeletedPointsMax = 100_000;

    /// <summary>Bytes of UTF-8 in the key of a view's row: an event time in front of the text of a series.</summary>
    public const int ViewKeyBytesMax = KeyBytesMax + 31;

    /// <summary>Indexes of one namespace.</summary>
    public const int IndexesMax = 16;

    /// <summary>Documents that a query looks at through an index; when there would be more it looks at all.</summary>
    public const int IndexedKeysMax = 100_000;
    /// <summary>Characters of a query in PromQL.</summary>
    public const int PromQueryLengthMax = 8_192;

    /// <summary>Levels of parts within parts of a query in PromQL.</summary>
    public const int PromDepthMax = 100;

    /// <summary>Steps from the first to the last of one answer in PromQL.</summary>
    public const int PromPointsMax = 11_000;

    /// <summary>Series that one query in PromQL takes in.</summary>
    public const int PromSeriesMax = 20_000;

    /// <summary>Samples and values that one query in PromQL reads and computes.</summary>
    public const int PromSamplesMax = 10_000_000;
}
