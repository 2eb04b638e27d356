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
using OrleansTemporal.Storage.Hosting;
using OrleansTemporal.Subscriptions;
using OrleansTemporal.Timelines;
using OrleansTemporal.Vectors;
using OrleansTemporal.Wire;
using OrleansTemporal.Views;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Hosting;

/// <summary>
/// The product from outside of the cluster: the same facets as <see cref="TemporalDatabase"/>, run in this process against the
/// grains. Thread-safe; one for a cluster client. What a call has seen is seen by every later one, whichever silo answers.
/// </summary>
public sealed class TemporalClient : IAsyncDisposable, IDisposable
{
    private readonly IGrainFactory grains;
    private readonly HybridClock clock;
    private readonly AccessGate access;
    private readonly ClusterLifecycle lifecycle;

    internal TemporalClient(IGrainFactory grains, WireClock wire, TemporalClientOptions options)
    {
        this.grains = grains;
        wire.FollowsAlways = true;
        wire.Clock = clock = new HybridClock(options.Time, HybridTimestamp.Zero);
        access = new AccessGate(options.Authorizer, options.Quota, clock);
        var directory = new GrainDirectory(grains);
        Workspaces = new WorkspaceService(
            directory, access, new ClusterWorkspaceRemover(grains, Forget), new FacadeLease(options.Time, FacadeLease.LifetimeDefault));
        KvService = new KvService(directory, access, Workspaces, clock, new ClusterDataKeys(grains));
        SeriesService = new SeriesService(directory, access, Workspaces, clock, options.ForecastModels);
        Patterns = new PatternService(KvService, SeriesService);
        PromQl = new PromQlService(SeriesService, clock);
        Timelines = new TimelineService(directory, access, Workspaces);
        SignalService = new SignalService(directory, access, Workspaces, clock);
        Channels = new ChannelService(directory, access, Workspaces);
        Subscriptions = new SubscriptionService(directory, access, Workspaces, Channels, clock, options.Time, options.Loggers);
        Routes = new RouteService(directory, access, Workspaces);
        Views = new ViewService(directory, access, Workspaces, clock);
        VectorService = new VectorService(directory, access, Workspaces, KvService, clock);
        Lineage = new LineageService(directory, access, Workspaces, KvService, clock);
        Operations = new OperationService(access, directory, (workspace, id, cancellation) => ClusterOperations.FindAsync(grains, null, workspace, id, cancellation));
        Agents = new AgentService(
            directory, access, Workspaces, Operations, clock, new ThreadPoolWorkScheduler(), options.Loggers.CreateLogger<AgentService>());
        Events = new EventService(directory, access, Workspaces, Agents);
        Backups = new ClusterBackups(grains, access);
        Lifecycle = lifecycle = new ClusterLifecycle(grains, access);
    }

    /// <summary>Documents by namespace and key.</summary>
    public KvService KvService { get; }

    /// <summary>Points by stream, tags and fields.</summary>
    public SeriesService SeriesService { get; }

    /// <summary>Standing queries over streams; silos look for their matches.</summary>
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

    /// <summary>Vectors and their nearest neighbours.</summary>
    public VectorService VectorService { get; }

    /// <summary>What deltas say in the words of the domain.</summary>
    public EventService Events { get; }

    /// <summary>Which deltas go into which channels.</summary>
    public RouteService Routes { get; }

    /// <summary>Queries whose answers are kept.</summary>
    public ViewService Views { get; }

    /// <summary>What follows from what.</summary>
    public LineageService Lineage { get; }

    /// <summary>Tenants.</summary>
    public WorkspaceService Workspaces { get; }

    /// <summary>Where agents stand, and verification.</summary>
    public AgentService Agents { get; }

    /// <summary>Copies of workspaces in other stores, made by silos.</summary>
    public IBackups Backups { get; }

    /// <summary>What moves data through the tiers, run by silos.</summary>
    public ILifecycle Lifecycle { get; }

    /// <summary>The way back of what is in an offline tier.</summary>
    public IArchive Archive => lifecycle;

    /// <summary>Long-running work, wherever it runs.</summary>
    public OperationService Operations { get; }

    /// <summary>The newest system time that this process has issued or seen.</summary>
    public HybridTimestamp SystemTime => clock.Last;

    /// <summary>A namespace.</summary>
    public KvNamespace Kv(string name, string workspace = WorkspaceService.DefaultName) => new(KvService, workspace, name);

    /// <summary>A stream.</summary>
    public SeriesStream Series(string name, string workspace = WorkspaceService.DefaultName) => new(SeriesService, workspace, name);

    /// <summary>A ledger.</summary>
    public SignalLedger Signals(string name, string workspace = WorkspaceService.DefaultName) => new(SignalService, workspace, name);

    /// <summary>A collection of vectors.</summary>
    public VectorSet Vectors(string name, string workspace = WorkspaceService.DefaultName) => new(VectorService, workspace, name);

    /// <summary>The genome of a workspace as it stands.</summary>
    /// <exception cref="TemporalException">NotFound, <c>workspace_not_found</c>.</exception>
    public async ValueTask<WorkspaceGenome> GetGenomeAsync(CallContext call, string workspace, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Lifecycle, "genome"), Verb.Read, cancellationToken);
        return await grains.GetGrain<IWorkspaceGrain>(Names.Validate(workspace, "workspace")).GetGenomeAsync(cancellationToken);
    }

    /// <summary>Asks what listens for news of channels to end; a container that is not disposed of asynchronously does no more.</summary>
    public void Dispose() => Subscriptions.Stop();

    /// <summary>Ends what listens for news of channels.</summary>
    public ValueTask DisposeAsync() => Subscriptions.DisposeAsync();

    private void Forget(string workspace)
    {
        KvService.Forget(workspace);
        SeriesService.Forget(workspace);
        SignalService.Forget(workspace);
        Subscriptions.Forget(workspace);
    }
}
