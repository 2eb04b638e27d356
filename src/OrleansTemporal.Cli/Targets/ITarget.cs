using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;
using OrleansTemporal.Events;
using OrleansTemporal.Import;
using OrleansTemporal.Kv;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Lineage;
using OrleansTemporal.Routing;
using OrleansTemporal.Series;
using OrleansTemporal.Signals;
using OrleansTemporal.Vectors;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Targets;

/// <summary>What the commands work on: one workspace in a data folder or behind a server. Failures are the service's own <c>TemporalException</c>.</summary>
internal interface ITarget : IAsyncDisposable
{
    /// <summary>The folder or address, for messages.</summary>
    string Address { get; }

    Task<KvWriteResult> PutAsync(string ns, string key, ReadOnlyMemory<byte> json, KvPutOptions conditions, CancellationToken cancellationToken);

    Task<KvWriteResult> DeleteAsync(string ns, string key, KvPutOptions conditions, CancellationToken cancellationToken);

    /// <summary>Erases documents for good; returns when nothing of them is in any file.</summary>
    Task<KvEraseResult> EraseAsync(KvErasureScope scope, CancellationToken cancellationToken);

    /// <summary>Spreads a namespace over a number of partitions; returns how many it had.</summary>
    Task<int> SplitAsync(string ns, int partitions, CancellationToken cancellationToken);

    /// <summary>Writes all operations or, when the answer is an error that blames the input, none of them.</summary>
    Task BatchAsync(string ns, ImmutableArray<KvOperation> operations, CancellationToken cancellationToken);

    /// <summary>The live version; not found is an exception.</summary>
    Task<KvVersion> GetAsync(string ns, string key, AsOf asOf, CancellationToken cancellationToken);

    /// <summary>Versions in the order of the query, page after page, at most <paramref name="countMax"/>.</summary>
    /// <param name="filter">The JSON of a filter that versions have to pass; null for all.</param>
    IAsyncEnumerable<KvVersion> HistoryAsync(string ns, KvHistoryQuery query, string? filter, long countMax, CancellationToken cancellationToken);

    /// <summary>Live keys in order, at most <paramref name="countMax"/>; with values when asked for.</summary>
    IAsyncEnumerable<KvListEntry> ListAsync(string ns, string prefix, AsOf asOf, bool withValues, long countMax, CancellationToken cancellationToken);

    /// <summary>One page of a query, given as its JSON; <paramref name="cursor"/> is what the page before ended with.</summary>
    Task<QueryPage> QueryAsync(string ns, ReadOnlyMemory<byte> query, string? cursor, CancellationToken cancellationToken);

    /// <summary>One page of the answer to a question about lineage.</summary>
    Task<LineageAnswer> AskLineageAsync(LineageQuery query, CancellationToken cancellationToken);

    /// <summary>Writes points to a stream, or, when the answer is an error that blames the input, none of them.</summary>
    Task WritePointsAsync(string stream, IReadOnlyList<SeriesRow> rows, CancellationToken cancellationToken);

    /// <summary>Names of streams.</summary>
    IAsyncEnumerable<string> StreamsAsync(CancellationToken cancellationToken);

    /// <summary>What a stream has.</summary>
    Task<SeriesStreamInfo> DescribeStreamAsync(string stream, CancellationToken cancellationToken);

    /// <summary>Points in time order, at most <paramref name="countMax"/>.</summary>
    /// <param name="isCoarse">The last point of each window where policy keeps windows instead of points; else that is refused.</param>
    IAsyncEnumerable<SeriesFound> PointsAsync(string stream, SeriesSelector selector, AsOf asOf, bool isCoarse, long countMax, CancellationToken cancellationToken);

    /// <summary>Aggregates by group and window.</summary>
    IAsyncEnumerable<SeriesAggregateRow> AggregateAsync(string stream, SeriesAsk ask, CancellationToken cancellationToken);

    /// <summary>Defines a ledger, or adds to its definition.</summary>
    /// <param name="partitions">For a new one; null for one, or as many as there are.</param>
    Task DefineLedgerAsync(string ledger, SignalSchema schema, int? partitions, CancellationToken cancellationToken);

    IAsyncEnumerable<SignalLedgerInfo> LedgersAsync(CancellationToken cancellationToken);

    /// <summary>Records events as one batch; how many count, and how many had come before.</summary>
    Task<(int Accepted, int Duplicates)> RecordAsync(string ledger, ImmutableArray<SignalEvent> events, CancellationToken cancellationToken);

    /// <summary>What is known of entities. Over REST a ranking comes best first.</summary>
    Task<SignalAnswer> ReadSignalsAsync(string ledger, SignalQuery query, CancellationToken cancellationToken);

    Task<SignalTop> TopSignalsAsync(string ledger, SignalTopQuery query, CancellationToken cancellationToken);

    /// <summary>Makes a collection of vectors; true when it did not exist before.</summary>
    Task<bool> CreateCollectionAsync(string collection, VectorSettings settings, CancellationToken cancellationToken);

    /// <summary>Writes all vectors or none of them.</summary>
    Task WriteVectorsAsync(string collection, ImmutableArray<VectorOperation> operations, ImmutableArray<WriteId> causes, CancellationToken cancellationToken);

    /// <summary>The vectors of a collection at one moment, as they would be written again.</summary>
    IAsyncEnumerable<VectorOperation> VectorsAsync(string collection, AsOf asOf, CancellationToken cancellationToken);

    /// <summary>The nearest vectors.</summary>
    Task<VectorAnswer> SearchVectorsAsync(string collection, VectorQuery query, CancellationToken cancellationToken);

    /// <summary>Makes or changes a route; true when it is new.</summary>
    Task<bool> PutRouteAsync(string name, RouteDefinition route, CancellationToken cancellationToken);

    /// <summary>A route, now or as of a moment.</summary>
    Task<RouteInfo> GetRouteAsync(string name, AsOf asOf, CancellationToken cancellationToken);

    /// <summary>Ends a route.</summary>
    Task DeleteRouteAsync(string name, CancellationToken cancellationToken);

    /// <summary>Routes in name order.</summary>
    IAsyncEnumerable<RouteInfo> RoutesAsync(CancellationToken cancellationToken);

    /// <summary>Domain events of some types, of all when none is named, the oldest first.</summary>
    IAsyncEnumerable<DomainEvent> EventsAsync(IReadOnlyCollection<string> types, CancellationToken cancellationToken);

    IAsyncEnumerable<KvNamespaceInfo> NamespacesAsync(CancellationToken cancellationToken);

    /// <summary>The system time of the target now, for reads that must all hold for one moment.</summary>
    Task<HybridTimestamp> NowAsync(CancellationToken cancellationToken);

    /// <summary>Whether the target takes requests; does not throw when it merely isn't ready.</summary>
    Task<bool> IsReadyAsync(CancellationToken cancellationToken);

    /// <summary>Checks every chain, checkpoint and segment of the workspace.</summary>
    Task<Verification> VerifyAsync(IProgress<double> progress, CancellationToken cancellationToken);

    /// <summary>Brings a backup of the workspace up to date; what it came to, and why it failed.</summary>
    /// <param name="to">A folder, or the name of one that the server has set aside.</param>
    Task<Verification> BackUpAsync(string to, IProgress<double> progress, CancellationToken cancellationToken);

    /// <summary>Brings the workspace back.</summary>
    Task<Verification> RestoreAsync(string from, IProgress<double> progress, CancellationToken cancellationToken);

    /// <summary>When data of the workspace moves to which tier.</summary>
    Task<LifecyclePolicy> GetPolicyAsync(CancellationToken cancellationToken);

    /// <summary>Sets it.</summary>
    Task SetPolicyAsync(LifecyclePolicy policy, CancellationToken cancellationToken);

    /// <summary>Runs a lifecycle process to its end, or says what it would do.</summary>
    Task<Verification> RunLifecycleAsync(LifecycleProcess process, bool isDryRun, IProgress<double> progress, CancellationToken cancellationToken);

    /// <summary>What streams say beside each other.</summary>
    ISeriesAnalytics Analytics { get; }

    /// <summary>The timelines of the workspace.</summary>
    ITimelineTarget Timelines { get; }

    /// <summary>Channels and who subscribes to them.</summary>
    ISubscriptionTarget Subscriptions { get; }

    /// <summary>The views of the workspace.</summary>
    IViewTarget Views { get; }

    /// <summary>The observers of timelines.</summary>
    IObserverTarget Observers { get; }

    /// <summary>The digest of the workspace.</summary>
    Task<WorkspaceGenome> GenomeAsync(CancellationToken cancellationToken);

    /// <summary>The data keys of the workspace, by what they cover and number.</summary>
    IAsyncEnumerable<DataKeyInfo> DataKeysAsync(CancellationToken cancellationToken);

    /// <summary>Makes another data key for a key, a namespace or, when neither is named, the workspace.</summary>
    Task<DataKeyInfo> RotateDataKeyAsync(string? ns, string? key, CancellationToken cancellationToken);

    /// <summary>Says under which data key a key, a namespace or the workspace is written from now on.</summary>
    Task UseDataKeyAsync(string? ns, string? key, DataKeyPolicy policy, CancellationToken cancellationToken);

    IAsyncEnumerable<WorkspaceInfo> WorkspacesAsync(CancellationToken cancellationToken);

    /// <summary>Makes or configures a workspace; true when it did not exist before.</summary>
    Task<bool> CreateWorkspaceAsync(WorkspaceInfo workspace, CancellationToken cancellationToken);

    Task DeleteWorkspaceAsync(string name, CancellationToken cancellationToken);

    IAsyncEnumerable<AgentRow> AgentsAsync(AgentKind? kind, CancellationToken cancellationToken);
}
