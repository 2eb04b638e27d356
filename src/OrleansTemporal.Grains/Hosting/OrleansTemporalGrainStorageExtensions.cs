using Microsoft.Extensions.DependencyInjection;
using Orleans.Providers;
using Orleans.Runtime.Hosting;
using Orleans.Serialization;
using Orleans.Serialization.Serializers;
using Orleans.Storage;
using OrleansTemporal.Hosting;
using OrleansTemporal.Kv;

namespace Orleans.Hosting;

/// <summary>Lets grains keep their state in the silo's database.</summary>
public static class OrleansTemporalGrainStorageExtensions
{
    /// <summary>
    /// Adds a provider of grain storage over the silo's database (<see cref="OrleansTemporalSiloBuilderExtensions.AddOrleansTemporal"/>):
    /// each write of a state is a version with history and time travel.
    /// </summary>
    /// <param name="silo">The silo.</param>
    /// <param name="name">The name that grains ask for, as in <c>[PersistentState("profile", "temporal")]</c>.</param>
    /// <param name="configure">Changes the options; may be null.</param>
    /// <exception cref="OrleansTemporal.Errors.TemporalException">Invalid, <c>invalid_name</c>.</exception>
    public static ISiloBuilder AddOrleansTemporalGrainStorage(this ISiloBuilder silo, string name, Action<TemporalGrainStorageOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentException.ThrowIfNullOrEmpty(name);
        var options = new TemporalGrainStorageOptions();
        configure?.Invoke(options);
        options.Validate();
        silo.Services.AddGrainStorage(name, (provider, _) => new TemporalGrainStorage(
            provider.GetRequiredService<SiloDatabase>(),
            options,
            options.Serializer ?? SerializerOf(provider, name),
            provider.GetRequiredService<IActivatorProvider>()));
        return silo;
    }

    /// <summary>Adds it for grains that name no provider.</summary>
    /// <inheritdoc cref="AddOrleansTemporalGrainStorage"/>
    public static ISiloBuilder AddOrleansTemporalGrainStorageAsDefault(this ISiloBuilder silo, Action<TemporalGrainStorageOptions>? configure = null) =>
        silo.AddOrleansTemporalGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, configure);

    // The runtime's own types know only the runtime's serializer.
    private static IGrainStorageSerializer SerializerOf(IServiceProvider provider, string name) =>
        name == ProviderConstants.DEFAULT_PUBSUB_PROVIDER_NAME ? new JsonGrainStorageSerializer(provider.GetRequiredService<OrleansJsonSerializer>()) : new GrainStateJson();
}
