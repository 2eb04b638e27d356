using Orleans.Hosting;

namespace OrleansTemporal.Hosting;

/// <summary>Puts notices on the transport that the settings name.</summary>
public static class NoticeTransports
{
    /// <summary>Has the silo wake subscriber grains.</summary>
    public static void Add(ISiloBuilder silo, StreamSettings settings)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(settings);
        settings.Validate();
        silo.AddOrleansTemporalStreams(options =>
        {
            options.AddTransport = settings.Kind switch
            {
                StreamKind.AzureQueues => (builder, name) => AzureQueueTransport.Add(builder, name, settings),
                StreamKind.EventHubs => (builder, name) => EventHubTransport.Add(builder, name, settings),
                _ => options.AddTransport,
            };
        });
    }
}
