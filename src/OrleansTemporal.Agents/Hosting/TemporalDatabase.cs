using Microsoft.Extensions.Logging;
using OrleansTemporal.Agents;
using OrleansTemporal.Backups;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Encryption;
using OrleansTemporal.Errors;
using OrleansTemporal.Events;
using OrleansTemporal.Kv;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Lineage;
using OrleansTemporal.Operations;
using OrleansTemporal.Routing;
using OrleansTemporal.Patterns;
using OrleansTemporal.PromQl;
using OrleansTemporal.Series;
using OrleansTemporal.Signals;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Subscriptions;
using OrleansTemporal.Timelines;
using OrleansTemporal.Vectors;
using OrleansTemporal.Views;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Hosting;

/// <summary>
/// The embedded product: one folder on disk, or another place that the host plugs in, and all facades. Thread-safe. The
/// server is this object with HTTP in front of it.
/// </summary>
public sealed partial class TemporalDatabase : IAsyncDisposable
{
    private readonly TemporalOptions options;
    private readonly DatabaseParts parts;
    private readonly IAgentHost directory;
    private readonly MaintenanceLoop maintenance;
    private readonly LifecycleLoop schedule;
    private readonly ChannelAnnouncer announcer;
    private readonly WebhookLoop? webhooks;
    private readonly PatternLoop patternLoop;
    private readonly ViewLoop viewLoop;
    private readonly AgentOpening opening;
    private int stopped;
    private int disposed;

    private TemporalDatabase(TemporalOptions options, DatabaseParts parts, IAgentHost directory)
    {
        this.options = options;
        this.parts = parts;
        this.directory = directory;
        var notices = new NoticeHub(parts.Services.Scheduler);
        Notices = notices;
        parts.Services.Logs.Listener = notices;
        var access = new AccessGate(options.Authorizer, options.Quota, parts.Services.Clock);
        Remover = new WorkspaceRemover(this);
        Workspaces = new WorkspaceService(directory, access, Remover, directory.Lease);
        KvService = new KvService(directory, access, Workspaces, parts.Services.Clock, parts.Services.Keys);
        SeriesService = new SeriesService(directory, access, Workspaces, parts.Services.Clock, options.ForecastModels);
        PromQl = new PromQlService(SeriesService, parts.Services.Clock);
        Timelines = new TimelineService(directory, access, Workspaces);
        SignalService = new SignalService(directory, access, Workspaces, parts.Services.Clock);
        Channels = new ChannelService(directory, access, Workspaces);
        var feeds = new ChannelFeeds(directory, Channels.Routes, notices, directory.Lease, parts.Services.Time, parts.Services.Loggers.CreateLogger<ChannelFeeds>());
        Channels.Feeds = feeds;
        Subscriptions = new SubscriptionService(directory, access, Workspaces, Channels, feeds, parts.Services.Clock, parts.Services.Time, parts.Services.Salts);
        webhooks = options.Webhooks is { } sender
            ? new WebhookLoop(directory, Subscriptions, Workspaces, sender, parts.Services.Time, parts.Services.Loggers.CreateLogger<WebhookLoop>())
            : null;

        Routes = new RouteService(directory, access, Workspaces);
        Views = new ViewService(directory, access, Workspaces, parts.Services.Clock);
        VectorService = new VectorService(directory, access, Workspaces, KvService, parts.Services.Clock);
        Lineage = new LineageService(directory, access, Workspaces, KvService, parts.Services.Clock);
        Operations = new OperationService(access, directory, directory.FindOperationAsync);
        Agents = new AgentService(
            directory, access, Workspaces, Operations, parts.Services.Clock, parts.Services.Scheduler, parts.Services.Loggers.CreateLogger<AgentService>());
        Events = new EventService(directory, access, Workspaces, Agents);
        Backups = new BackupService(directory, parts.Services, access, Workspaces, Agents, Operations, Remover, BackupsOf(options, parts));
        Archive = new ArchiveService(parts.Services, Operations);
        Genome = new GenomeService(directory, access, Workspaces, Agents, parts.Services);
        announcer = new ChannelAnnouncer(directory, notices, Workspaces, Agents, parts.Services, Channels.Routes);
        Patterns = new PatternService(KvService, SeriesService);
        patternLoop = new PatternLoop(directory, notices, Workspaces, KvService, SeriesService, parts.Services);
        viewLoop = new ViewLoop(directory, notices, parts.Services);
        Lifecycle = new LifecycleService(directory, parts.Services, access, Workspaces, Agents, Genome, Operations, options.Prices ?? options.Backend?.Prices);
        schedule = new LifecycleLoop(directory, Lifecycle, Workspaces, parts.Services);
        maintenance = new MaintenanceLoop(directory, parts.Services, options.MaintenanceInterval, parts.Services.Loggers.CreateLogger<MaintenanceLoop>());
        opening = new AgentOpening(directory, parts.Services.Scheduler, parts.Services.Loggers.CreateLogger<AgentOpening>());
    }

    /// <summary>Documents by namespace and key.</summary>
    public KvService KvService { get; }

    /// <summary>Points by stream, tags and fields.</summary>
    public SeriesService SeriesService { get; }

    /// <summary>Standing queries over streams.</summary>
    public PatternService Patterns { get; }
    /// <summary>PromQL over streams.</summary>
    public PromQlService PromQl { get; }

    /// <summary>Dense states that change in few components at a time.</summary>
    public TimelineService Timelines { get; }

    /// <summary>Weighted events on entities by ledger.</summary>
    public SignalService SignalService { get; }

    /// <summary>Deltas of many agents in one order, for subscribers.</summary>
    public ChannelService Channels { get; }

    /// <summary>Who reads channels, and how far they have come.</summary>
    public SubscriptionService Subscriptions { get; }

    /// <summary>Which deltas go into which channels.</summary>
    public RouteService Routes { get; }

    /// <summary>What deltas say in the words of the domain.</summary>
    public EventService Events { get; }

    /// <summary>Vectors and their nearest neighbours.</summary>
    public VectorService VectorService { get; }

    /// <summary>Queries whose answers are kept.</summary>
    public ViewService Views { get; }

    /// <summary>What follows from what.</summary>
    public LineageService Lineage { get; }

    /// <summary>Tenants.</summary>
    public WorkspaceService Workspaces { get; }

    /// <summary>Where agents stand, and verification.</summary>
    public AgentService Agents { get; }

    /// <summary>Tells of new deltas of the agents that live in this process, once they are durable.</summary>
    public INoticeSource Notices { get; }

    /// <summary>Copies of workspaces in other stores.</summary>
    public BackupService Backups { get; }

    /// <summary>The way back of what is in an offline tier.</summary>
    public ArchiveService Archive { get; }

    /// <summary>What proves and finds the data of a workspace in a kilobyte for each agent.</summary>
    public GenomeService Genome { get; }

    /// <summary>What moves data through the tiers.</summary>
    public LifecycleService Lifecycle { get; }

    /// <summary>Long-running work.</summary>
    public OperationService Operations { get; }

    /// <summary>What removes the agents, logs, objects and data keys of a workspace; for hosts whose facades run elsewhere too.</summary>
    public IWorkspaceRemover Remover { get; }

    /// <summary>The data keys of the folder, for facades that run elsewhere.</summary>
    public IDataKeys DataKeys => parts.Services.Keys!;

    /// <summary>The newest system time that this process has issued or seen.</summary>
    public HybridTimestamp SystemTime => parts.Services.Clock.Last;

    /// <summary>State of the log.</summary>
    public CausalLogsStatus Log => parts.Services.Logs.Status;

    /// <summary>Bytes of versions in memory, vectors and their graphs included.</summary>
    public long MemoryBytes => parts.Services.Memory.Bytes;

    /// <summary>Hits, misses and bytes of the block cache.</summary>
    public Storage.Caching.CacheStatus Cache => parts.Services.Cache.Status;

    /// <summary>True while writes are accepted.</summary>
    public bool IsReady => NotReadyReason is null;

    /// <summary>Why writes are not accepted; null when they are.</summary>
    public string? NotReadyReason => Volatile.Read(ref disposed) != 0 ? "The database is closed." : Log.IsWritable ? null : Log.Fault ?? "The log is read-only.";

    /// <summary>Opens a folder with the default options.</summary>
    public static ValueTask<TemporalDatabase> OpenAsync(string dataDirectory, CancellationToken cancellationToken = default) =>
        OpenAsync(new TemporalOptions { DataDirectory = dataDirectory }, cancellationToken);

    /// <summary>Opens a folder, or the place that the options name, recovering what an earlier process left.</summary>
    /// <exception cref="TemporalException">
    /// Conflict, <c>folder_locked</c>; Invalid, <c>format_too_new</c>, <c>master_key_wrong</c>, <c>master_key_missing</c>; Corrupt.
    /// </exception>
    public static async ValueTask<TemporalDatabase> OpenAsync(TemporalOptions options, CancellationToken cancellationToken = default)
    {
        var database = await OpenAsync(options, static services => new InProcessDirectory(services), cancellationToken).ConfigureAwait(false);
        database.StartHousekeeping();
        return database;
    }

    /// <summary>Opens a folder for a host that keeps the agents itself, such as a silo; it says when housekeeping begins.</summary>
    /// <inheritdoc cref="OpenAsync(TemporalOptions, CancellationToken)"/>
    /// <param name="options">Where the data is and how it is kept.</param>
    /// <param name="hostOf">Makes the host of the agents over the parts that they are made of. The database disposes it.</param>
    /// <param name="cancellationToken">Stops the opening.</param>
    public static async ValueTask<TemporalDatabase> OpenAsync(
        TemporalOptions options, Func<AgentServices, IAgentHost> hostOf, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(hostOf);
        options.Validate();
        var parts = await DatabaseParts.OpenAsync(options, cancellationToken).ConfigureAwait(false);
        return new TemporalDatabase(options, parts, hostOf(parts.Services));
    }

    /// <summary>Begins to open what is opened at once, with housekeeping and with what is scheduled, once agents can be reached.</summary>
    /// <param name="withSchedule">False for a host that has the processes of the lifecycle run by itself.</param>
    public void StartHousekeeping(bool withSchedule = true)
    {
        opening.Start(parts.OpenedAtOnce);
        maintenance.Start();
        announcer.Start();
        webhooks?.Start();
        patternLoop.Start();
        viewLoop.Start();
        if (withSchedule)
        {
            schedule.Start();
        }
    }

    /// <summary>
    /// Begins to open the agents of a process that has died, side by side, so that callers wait out one lease and not one for
    /// each agent on their way. Costs a listing of the store, and a call for each agent, those that live included.
    /// </summary>
    /// <exception cref="TemporalException">Unavailable, <c>storage_failed</c>.</exception>
    public async ValueTask OpenOrphansAsync(CancellationToken cancellationToken)
    {
        if (parts.ListAgents is { } list)
        {
            opening.Start(await list(cancellationToken).ConfigureAwait(false));
        }
    }

    /// <summary>A database over parts that the caller has put together: a simulation, or another store.</summary>
    internal static TemporalDatabase Start(TemporalOptions options, DatabaseParts parts, bool withMaintenance = true)
    {
        var database = new TemporalDatabase(options, parts, new InProcessDirectory(parts.Services));
        if (withMaintenance)
        {
            database.StartHousekeeping();
        }
        else
        {
            database.opening.Start(parts.OpenedAtOnce);
        }

        return database;
    }

    // Whoever names a folder means it, wherever the data is.
    private static IBackupStores BackupsOf(TemporalOptions options, DatabaseParts parts) =>
        options.BackupDirectory is null && parts.Backups is { } stores ? stores : new BackupFolders(options.BackupDirectoryOrDefault);

    /// <summary>A namespace for code in this process.</summary>
    public KvNamespace Kv(string name, string workspace = WorkspaceService.DefaultName) => new(KvService, workspace, name);

    /// <summary>A stream for code in this process.</summary>
    public SeriesStream Series(string name, string workspace = WorkspaceService.DefaultName) => new(SeriesService, workspace, name);

    /// <summary>A ledger for code in this process.</summary>
    public SignalLedger Signals(string name, string workspace = WorkspaceService.DefaultName) => new(SignalService, workspace, name);

    /// <summary>A collection of vectors for code in this process.</summary>
    public VectorSet Vectors(string name, string workspace = WorkspaceService.DefaultName) => new(VectorService, workspace, name);

    /// <summary>One turn of housekeeping over all agents, for hosts that drive it themselves. True when there is more to do.</summary>
    internal async ValueTask<bool> MaintainAsync(CancellationToken cancellationToken)
    {
        await viewLoop.LookAsync(cancellationToken).ConfigureAwait(false);
        return await maintenance.TurnAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs what is scheduled and due, for hosts that drive it themselves.</summary>
    internal ValueTask RunDueAsync(CancellationToken cancellationToken) => schedule.TurnAsync(cancellationToken);

    /// <summary>Tells channels what is new until nothing is, for hosts that drive it themselves.</summary>
    internal async ValueTask AnnounceAsync(CancellationToken cancellationToken)
    {
        while (await announcer.TurnAsync(cancellationToken).ConfigureAwait(false))
        {
            // Each turn announces what was heard before it.
        }
    }

    /// <summary>Has patterns look until there is nothing new, for hosts that drive it themselves.</summary>
    internal async ValueTask LookForPatternsAsync(CancellationToken cancellationToken)
    {
        // The notice of what is new may be on its way.
        patternLoop.LookAtAll();
        while (await patternLoop.TurnAsync(cancellationToken).ConfigureAwait(false))
        {
            // Each turn looks at a bounded number of deltas.
        }
    }

    /// <summary>The agents of this process as their host sees them.</summary>
    internal IAgentHost Directory => directory;

    /// <summary>Ends what runs by itself: schedule, housekeeping, backups. Calls are answered as before. For hosts whose agents go before the database does.</summary>
    public async ValueTask StopWorkAsync()
    {
        if (Interlocked.Exchange(ref stopped, 1) != 0)
        {
            return;
        }

        if (webhooks is not null)
        {
            await webhooks.DisposeAsync().ConfigureAwait(false);
        }

        await patternLoop.DisposeAsync().ConfigureAwait(false);
        await viewLoop.DisposeAsync().ConfigureAwait(false);
        await Subscriptions.DisposeAsync().ConfigureAwait(false);
        await announcer.DisposeAsync().ConfigureAwait(false);
        await schedule.DisposeAsync().ConfigureAwait(false);
        await Lifecycle.DisposeAsync().ConfigureAwait(false);
        await Backups.DisposeAsync().ConfigureAwait(false);
        await Archive.DisposeAsync().ConfigureAwait(false);
        await maintenance.DisposeAsync().ConfigureAwait(false);
        await opening.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Finishes what is staged, marks the log as cleanly stopped and lets the folder go.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
        {
            return;
        }

        await StopWorkAsync().ConfigureAwait(false);
        if (options.SealOnClose)
        {
            foreach (var agent in directory.Agents)
            {
                while (await agent.MaintainAsync(new MaintenanceBudget { SealEverything = true, AllowMerges = false }, CancellationToken.None).ConfigureAwait(false))
                {
                    // Each turn seals one generation.
                }
            }
        }

        await directory.DisposeAsync().ConfigureAwait(false);
        await parts.DisposeAsync().ConfigureAwait(false);
    }

    private sealed class WorkspaceRemover(TemporalDatabase database) : IWorkspaceRemover
    {
        public void Forget(string workspace)
        {
            database.KvService.Forget(workspace);
            database.SeriesService.Forget(workspace);
            database.SignalService.Forget(workspace);
            database.Subscriptions.Forget(workspace);
        }

        public async ValueTask RemoveAsync(string workspace, CancellationToken cancellationToken)
        {
            Forget(workspace);
            if (database.parts.Services.Keys is { } keys)
            {
                await keys.CatchUpAsync(cancellationToken).ConfigureAwait(false);
                var own = keys.KeysOf(scope => scope.Workspace == workspace);
                await keys.RetireAsync(own, cancellationToken).ConfigureAwait(false);
                await keys.DestroyAsync(own, cancellationToken).ConfigureAwait(false);
            }

            await ClearAsync(workspace, cancellationToken).ConfigureAwait(false);
        }

        public async ValueTask ClearAsync(string workspace, CancellationToken cancellationToken)
        {
            Forget(workspace);

            // The catalog comes last: a removal that a crash has cut short finds in it what is left to do.
            var agents = await ListAsync(workspace, cancellationToken).ConfigureAwait(false);
            using var closed = database.parts.Services.Closed.Close(workspace);
            await database.directory.RemoveAsync(workspace, cancellationToken).ConfigureAwait(false);
            foreach (var agent in agents.OrderBy(static agent => agent.Kind == AgentKind.Catalog))
            {
                await database.parts.Services.Logs.DropAsync(agent, cancellationToken).ConfigureAwait(false);
                await DeleteAsync(SealedPaths.FolderOf(agent) + "/", cancellationToken).ConfigureAwait(false);
            }

            await DeleteAsync(workspace + "/", cancellationToken).ConfigureAwait(false);
            await DeleteAsync(ErasureMarks.PrefixOf(workspace), cancellationToken).ConfigureAwait(false);
        }

        private async ValueTask<IReadOnlyList<AgentId>> ListAsync(string workspace, CancellationToken cancellationToken)
        {
            try
            {
                return await database.Agents.ListIdsAsync(workspace, cancellationToken).ConfigureAwait(false);
            }
            catch (TemporalException damaged) when (damaged.Kind == ErrorKind.Corrupt)
            {
                // A catalog that can't be read must not keep what is below it from being removed; its folder is removed whole.
                return [];
            }
        }

        private async ValueTask DeleteAsync(string prefix, CancellationToken cancellationToken)
        {
            var objects = database.parts.Services.Objects;
            var paths = new List<string>();
            await foreach (var found in objects.ListAsync(prefix, cancellationToken).ConfigureAwait(false))
            {
                paths.Add(found.Path);
            }

            foreach (var path in paths)
            {
                await objects.DeleteAsync(path, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
