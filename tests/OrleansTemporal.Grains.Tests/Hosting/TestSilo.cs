using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Hosting;
using Orleans.TestingHost;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Hosting;
using OrleansTemporal.Kv;
using OrleansTemporal.Signals;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Grains.Tests.Hosting;

/// <summary>A silo of the real runtime over a folder of its own, and a client outside of it: what goes between them goes as bytes.</summary>
public sealed class TestSilo : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("ot-silo-").FullName;

    /// <summary>The facades in the silo.</summary>
    public TemporalDatabase Database { get; private set; } = null!;

    /// <summary>The facades outside of the silo.</summary>
    public TemporalClient Client { get; private set; } = null!;

    /// <summary>The runtime.</summary>
    public InProcessTestCluster Cluster { get; private set; } = null!;

    /// <summary>Where the client takes its time from.</summary>
    public TimeProvider ClientTime { get; init; } = TimeProvider.System;

    /// <summary>Where the silo's database takes its time from.</summary>
    public TimeProvider SiloTime { get; init; } = TimeProvider.System;

    /// <summary>What else the silo is.</summary>
    public Action<ISiloBuilder>? Configure { get; init; }

    /// <summary>Folder of the data of the first silo.</summary>
    public string DataDirectory => FolderOf(0);

    /// <summary>Starts a silo and a client with a clock of its own.</summary>
    public static async Task<TestSilo> StartAsync(TimeProvider clientTime)
    {
        var silo = new TestSilo { ClientTime = clientTime };
        await silo.InitializeAsync();
        return silo;
    }

    /// <summary>The facade of documents, inside or outside.</summary>
    public KvService Kv(bool outside) => outside ? Client.KvService : Database.KvService;

    /// <summary>The facade of ledgers, inside or outside.</summary>
    public SignalService Signals(bool outside) => outside ? Client.SignalService : Database.SignalService;

    /// <summary>The facade of workspaces, inside or outside.</summary>
    public WorkspaceService Workspaces(bool outside) => outside ? Client.Workspaces : Database.Workspaces;

    /// <summary>An agent, reached from outside of the silo.</summary>
    public TAgent Agent<TAgent>(AgentId id)
        where TAgent : class, IAgent =>
        new GrainDirectory(Cluster.Client).Get<TAgent>(id);

    /// <summary>Has an agent drain and leave; its next call opens it again.</summary>
    public Task DeactivateAsync(AgentId id) => Cluster.DeactivateAsync(AgentGrains.Get(Cluster.Client, id).GetGrainId());

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureHost(static host => host.Logging.ClearProviders());
        var silos = 0;
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddOrleansTemporal(new TemporalOptions { DataDirectory = FolderOf(silos++), Time = SiloTime });
            Configure?.Invoke(silo);
        });
        builder.ConfigureClient(client => client.AddOrleansTemporalClient(options => options.Time = ClientTime));
        Cluster = builder.Build();
        await Cluster.DeployAsync();
        Database = await Cluster.GetSiloServiceProvider().GetRequiredService<SiloDatabase>().WhenActiveAsync(CancellationToken.None);
        Client = Cluster.Client.ServiceProvider.GetRequiredService<TemporalClient>();
    }

    /// <summary>Stops the silo; the folder stays.</summary>
    public async Task StopAsync() => await Cluster.DisposeAsync();

    /// <summary>Stops the silo and starts another one over the same folder.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await InitializeAsync();
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(folder, recursive: true);
    }

    private string FolderOf(int silo) => Path.Combine(folder, $"data{silo}");
}
