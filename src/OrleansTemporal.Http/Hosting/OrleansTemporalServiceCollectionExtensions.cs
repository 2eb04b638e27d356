using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OrleansTemporal.Health;
using OrleansTemporal.Hosting;
using OrleansTemporal.Requests;
using OrleansTemporal.Subscriptions;
using OrleansTemporal.Telemetry;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the database and its REST front end.</summary>
public static class OrleansTemporalServiceCollectionExtensions
{
    /// <summary>
    /// Registers a database that opens in the background when the host starts and closes when it stops, and what
    /// <c>MapOrleansTemporal</c> needs. A host that has a database registers an <see cref="IDatabaseSource"/> before.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="options">Where the data is and how it is kept.</param>
    /// <param name="httpOptions">Limits of the front end; defaults when null.</param>
    /// <exception cref="OrleansTemporal.Errors.TemporalException">A setting can not work.</exception>
    public static IServiceCollection AddOrleansTemporal(
        this IServiceCollection services, TemporalOptions options, OrleansTemporalHttpOptions? httpOptions = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        var limits = httpOptions ?? new OrleansTemporalHttpOptions();
        limits.Validate();

        options.Webhooks ??= new CloudEventSender(limits.WebhooksAllowPrivate, TimeProvider.System);
        services.AddRouting();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton(limits);
        services.TryAddSingleton<IDatabaseSource, FolderDatabaseSource>();
        services.AddSingleton<DatabaseHost>();
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<DatabaseHost>());
        services.AddSingleton(provider => new ResourceGuard(limits, options.Backend is null ? options.DataDirectory : null, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<HttpServices>();
        services.AddSingleton<IStartupFilter, RequestPipeline>();
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, KestrelLimits>();
        services.AddHostedService<TelemetryExport>();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = limits.StopTimeout);
        return services;
    }
}
