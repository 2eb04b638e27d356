using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.TestingHost;
using OrleansTemporal.Hosting;
using OrleansTemporal.Storage.Azure.Hosting;
using OrleansTemporal.Storage.Azure.Tests.Emulation;

namespace OrleansTemporal.Cluster.Tests.Testing;

/// <summary>Silos of the real runtime in this process over one container of the emulator, and a client outside of them.</summary>
internal sealed class TestSilos : IAsyncDisposable
{
    private readonly InProcessTestCluster cluster;

    private TestSilos(InProcessTestCluster cluster) => this.cluster = cluster;

    /// <summary>The runtime.</summary>
    public InProcessTestCluster Cluster => cluster;

    /// <summary>The facades outside of the silos.</summary>
    public TemporalClient Client => cluster.Client.ServiceProvider.GetRequiredService<TemporalClient>();

    /// <summary>The silos that run, the oldest first.</summary>
    public IReadOnlyList<InProcessSiloHandle> Silos => [.. cluster.Silos.Where(static silo => silo.IsActive)];

    /// <summary>A container that nobody else uses.</summary>
    public static AzureStorageOptions NewStorage(Azurite azurite, TimeSpan? ownerLease = null) => new()
    {
        ConnectionString = azurite.ConnectionString,
        Container = $"t{Guid.NewGuid():n}",
        OwnerLease = ownerLease ?? TimeSpan.FromMilliseconds(500),
        AppendInterval = TimeSpan.FromMilliseconds(1),
    };

    /// <summary>Starts silos that find each other, over a container.</summary>
    public static async Task<TestSilos> StartAsync(AzureStorageOptions storage, short count = 2)
    {
        var builder = new InProcessTestClusterBuilder(count);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureHost(static host => host.Logging.ClearProviders());
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddOrleansTemporal(new TemporalOptions
            {
                Backend = new AzureStorage(storage),
                MaintenanceInterval = TimeSpan.FromMilliseconds(200),
                Storage = { MasterKey = Convert.ToBase64String(new byte[32]) },
            });
            silo.Configure<ClusterMembershipOptions>(static options =>
            {
                options.ProbeTimeout = TimeSpan.FromSeconds(1);
                options.NumMissedProbesLimit = 2;
                options.NumVotesForDeathDeclaration = 1;
                options.TableRefreshTimeout = TimeSpan.FromSeconds(2);
            });
        });
        builder.ConfigureClient(static client => client.AddOrleansTemporalClient());
        var cluster = builder.Build();
        await cluster.DeployAsync();
        foreach (var silo in cluster.Silos)
        {
            await DatabaseOf(cluster, silo).WhenActiveAsync(CancellationToken.None);
        }

        return new TestSilos(cluster);
    }

    /// <summary>The facades in a silo.</summary>
    public TemporalDatabase Database(InProcessSiloHandle silo) => DatabaseOf(cluster, silo).Current;

    /// <summary>The facades in the n-th of the silos that run.</summary>
    public TemporalDatabase Database(int silo) => Database(Silos[silo]);

    /// <summary>Where an agent lives: one silo, or none.</summary>
    public async Task<List<SiloAddress>> HomesAsync(Causality.AgentId id)
    {
        var management = cluster.Client.GetGrain<IManagementGrain>(0);
        var statistics = await management.GetDetailedGrainStatistics();
        return [.. statistics.Where(one => one.GrainId.Key.ToString() == id.ToString()).Select(static one => one.SiloAddress)];
    }

    public async ValueTask DisposeAsync() => await cluster.DisposeAsync();

    private static SiloDatabase DatabaseOf(InProcessTestCluster cluster, InProcessSiloHandle silo) =>
        cluster.GetSiloServiceProvider(silo.SiloAddress).GetRequiredService<SiloDatabase>();
}
