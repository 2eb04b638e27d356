using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansTemporal.Errors;
using OrleansTemporal.Hosting;
using OrleansTemporal.Wire;

namespace Orleans.Hosting;

/// <summary>Makes a cluster client a client of the product.</summary>
public static class OrleansTemporalClientBuilderExtensions
{
    /// <summary>Registers a <see cref="TemporalClient"/>, to be used once the cluster client is connected.</summary>
    /// <param name="client">The cluster client.</param>
    /// <param name="configure">Changes the options; may be null.</param>
    public static IClientBuilder AddOrleansTemporalClient(this IClientBuilder client, Action<TemporalClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        var options = new TemporalClientOptions();
        configure?.Invoke(options);
        client.Services.AddRecordsOnTheWire();
        client.Services.AddSingleton(provider =>
        {
            options.Loggers = options.Loggers is NullLoggerFactory ? provider.GetRequiredService<ILoggerFactory>() : options.Loggers;
            return new TemporalClient(provider.GetRequiredService<IClusterClient>(), provider.GetRequiredService<WireClock>(), options);
        });
        return client.AddOutgoingGrainCallFilter<ClusterFailureFilter>();
    }
}
