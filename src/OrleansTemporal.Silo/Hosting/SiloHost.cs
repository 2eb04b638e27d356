using Orleans.Hosting;

namespace OrleansTemporal.Hosting;

/// <summary>Puts a silo under the REST front end.</summary>
public static class SiloHost
{
    /// <summary>
    /// Adds a silo that keeps the database, on this machine's loopback. Registered before the front end, so that it starts
    /// before the first request and stops after the last.
    /// </summary>
    public static void Compose(WebApplicationBuilder builder, TemporalOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var cluster = new ClusterSettings();
        builder.Configuration.GetSection(ClusterSettings.SectionName).Bind(cluster);
        cluster.Validate();

        // What the runtime says of every start and stop is its own affair; warnings stay, and configuration can ask for more.
        builder.Logging.AddFilter("Orleans", LogLevel.Warning);
        builder.Host.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(cluster.SiloPort, cluster.GatewayPort, null, cluster.ServiceId, cluster.ClusterId);
            silo.AddOrleansTemporal(options);
        });
        builder.Services.AddSingleton<IDatabaseSource, SiloDatabaseSource>();
    }
}
