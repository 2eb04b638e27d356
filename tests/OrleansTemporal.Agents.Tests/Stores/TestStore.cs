using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;
using OrleansTemporal.Hosting;
using OrleansTemporal.Kv;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Storage.Caching;
using OrleansTemporal.Storage.Encryption;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Storage.Runs;
using OrleansTemporal.Storage.Segments;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Agents.Tests.Stores;

/// <summary>A database that a test closes, crashes and opens again over the same storage.</summary>
internal abstract class TestStore(ManualTime time, AgentOptions options) : IAsyncDisposable
{
    private int lives;

    public ManualTime Time { get; } = time;

    public TemporalDatabase Database { get; private set; } = null!;

    public AgentServices Services { get; private set; } = null!;

    public IAuthorizer Authorizer { get; init; } = new AllowLocalAuthorizer();

    /// <summary>What storage costs, from the next life on.</summary>
    public PriceTable? Prices { get; set; }

    public IQuota Quota { get; init; } = new UnlimitedQuota();

    /// <summary>Where agents log.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Where the data keys are.</summary>
    public virtual MemoryFileSystem KeyFiles { get; } = new(new FaultPlan(0));

    /// <summary>Values that one data key encrypts in one life.</summary>
    public long ValuesPerDataKeyMax { get; init; } = Limits.ValuesPerDataKeyMax;

    public KvService Kv => Database.KvService;

    public StorageAgent Agent(string ns, int partition = 0, string workspace = WorkspaceService.DefaultName) =>
        Database.Directory.Get<StorageAgent>(new AgentId(workspace, AgentKind.Kv, ns, partition));

    /// <summary>Opens the database for the first time, or again after <see cref="LeaveAsync"/>.</summary>
    public async ValueTask StartAsync()
    {
        var (logs, objects, scheduler, owned) = await OpenPortsAsync(++lives);
        var cache = new BlockCache(options.CacheBytesMax);
        var salts = new SeededSalts(lives);
        var keyStore = new FileKeyStore(KeyFiles, null, Time, new SeededSalts(1_000 + lives).Fill, static () => { });
        Services = new AgentServices
        {
            Logs = logs,
            Objects = objects,
            Manifests = new ManifestStore(objects, new Random(lives)),
            Cache = cache,
            Segments = new SegmentCatalog(objects, cache, 1 << 20),
            Runs = new RunCatalog(objects, cache, 1 << 20),
            Clock = new HybridClock(Time, logs.ResumeFrom),
            Time = Time,
            Scheduler = scheduler,
            Salts = salts,
            Keys = await DataKeyRing.OpenAsync(keyStore, salts, scheduler, ValuesPerDataKeyMax, FacadeLease.Forever, CancellationToken.None),
            Memory = new MemoryBudget(options.MemoryBytesMax),
            Options = options,
            Loggers = Loggers,
        };
        Database = TemporalDatabase.Start(
            new TemporalOptions { Time = Time, Authorizer = Authorizer, Quota = Quota, Prices = Prices }, new DatabaseParts(Services, owned), withMaintenance: false);
    }

    /// <summary>Ends the life of the process, in good order or by a crash.</summary>
    public abstract ValueTask LeaveAsync(bool clean);

    public async ValueTask ReopenAsync(bool clean)
    {
        await LeaveAsync(clean);
        await StartAsync();
    }

    /// <summary>Housekeeping until there is nothing left to do.</summary>
    public async ValueTask MaintainAsync()
    {
        for (var turns = 0; await Database.MaintainAsync(CancellationToken.None); turns++)
        {
            Assert.True(turns < 10_000, "Housekeeping never ends.");
        }
    }

    /// <summary>Seals everything of an agent.</summary>
    public static async ValueTask SealAsync(StorageAgent agent, bool allowMerges = true)
    {
        for (var turns = 0; await agent.MaintainAsync(new MaintenanceBudget { SealEverything = true, AllowMerges = allowMerges }, CancellationToken.None); turns++)
        {
            Assert.True(turns < 10_000, "Housekeeping never ends.");
        }
    }

    public virtual ValueTask DisposeAsync() => Database.DisposeAsync();

    /// <summary>The storage of the next life, and what has to be disposed with it.</summary>
    protected abstract ValueTask<(ICausalLogs Logs, IObjectStore Objects, IWorkScheduler Scheduler, IReadOnlyList<object> Owned)> OpenPortsAsync(int life);
}
