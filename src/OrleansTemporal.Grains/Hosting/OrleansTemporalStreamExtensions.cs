using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Providers;
using Orleans.Storage;
using OrleansTemporal.Channels;
using OrleansTemporal.Hosting;

namespace Orleans.Hosting;

/// <summary>Lets grains follow channels.</summary>
public static class OrleansTemporalStreamExtensions
{
    /// <summary>
    /// Puts the notices of channels on streams, so that subscriber grains (<see cref="SubscriberGrain{T}"/>) are woken wherever
    /// they live. Subscriptions are kept in the silo's database, unless the silo has a storage for them
    /// (<c>PubSubStore</c>) already.
    /// </summary>
    /// <param name="silo">The silo, with a database (<see cref="OrleansTemporalSiloBuilderExtensions.AddOrleansTemporal"/>).</param>
    /// <param name="configure">Chooses the transport; may be null.</param>
    public static ISiloBuilder AddOrleansTemporalStreams(this ISiloBuilder silo, Action<NoticeStreamOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(silo);
        var options = new NoticeStreamOptions();
        configure?.Invoke(options);
        options.AddTransport(silo, NoticeStreams.Provider);
        if (!silo.Services.Any(static service => service.ServiceType == typeof(IGrainStorage) && service.IsKeyedService
            && (service.ServiceKey as string) == ProviderConstants.DEFAULT_PUBSUB_PROVIDER_NAME))
        {
            silo.AddOrleansTemporalGrainStorage(ProviderConstants.DEFAULT_PUBSUB_PROVIDER_NAME);
        }

        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(static provider => new SiloNotices(
            provider.GetRequiredService<SiloDatabase>(), provider, TimeProvider.System, provider.GetRequiredService<ILogger<NoticePublisher>>()));
        return silo;
    }
}
