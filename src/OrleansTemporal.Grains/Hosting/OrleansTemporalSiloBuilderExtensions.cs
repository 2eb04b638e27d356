using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansTemporal.Agents;
using OrleansTemporal.Errors;
using OrleansTemporal.Hosting;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Operations;
using OrleansTemporal.Wire;

namespace Orleans.Hosting;

/// <summary>Makes a silo a home of agents.</summary>
public static class OrleansTemporalSiloBuilderExtensions
{
    /// <summary>
    /// Has the silo open a database and its agents live as grains. Services of the silo get at it through <see cref="SiloDatabase"/>.
    /// The processes of the lifecycle run by reminders: in memory, unless the silo has a reminder service already.
    /// </summary>
    /// <param name="silo">The silo.</param>
    /// <param name="options">Where the data is and how it is kept. A folder serves one silo alone; every silo of a cluster has the same store.</param>
    /// <exception cref="ArgumentException">A setting can not work, in words.</exception>
    public static ISiloBuilder AddOrleansTemporal(this ISiloBuilder silo, TemporalOptions options)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        silo.Services.AddRecordsOnTheWire();
        silo.Services.AddSingleton<SiloAgents>();
        silo.Services.AddSingleton(provider =>
        {
            options.Loggers = options.Loggers is NullLoggerFactory ? provider.GetRequiredService<ILoggerFactory>() : options.Loggers;
            var (membership, self) = (provider.GetRequiredService<IClusterMembershipService>(), provider.GetRequiredService<ILocalSiloDetails>());
            return new SiloDatabase(
                options,
                provider.GetRequiredService<SiloAgents>(),
                provider.GetRequiredService<WireClock>(),
                membership,
                self,
                new OrphanWatch(membership, self, provider.GetRequiredService<ILogger<OrphanWatch>>()),
                provider.GetRequiredService<ILogger<SiloDatabase>>());
        });
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<SiloDatabase>());
        silo.Services.AddPlacementDirector<OnSiloPlacement, OnSiloPlacementDirector>();
        silo.Services.AddSingleton<LifecycleReminders>();
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<LifecycleReminders>());
        if (!silo.Services.Any(static service => service.ServiceType == typeof(IReminderTable)))
        {
            silo.UseInMemoryReminderService();
        }

        return silo.AddIncomingGrainCallFilter<AgentCallFilter>().AddOutgoingGrainCallFilter<ClusterFailureFilter>();
    }
}
