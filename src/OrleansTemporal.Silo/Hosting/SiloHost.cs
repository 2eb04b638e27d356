using Orleans.Hosting;

namespace OrleansTemporal.Hosting;

/// <summary>Puts a silo under the REST front end.</summary>
public static class SiloHost
{
    /// <summary>
    /// Adds a silo that keeps the database, in the cluster that the settings name. Registered before the front end, so that it starts
    /// before the first request and stops after the last.
    /// </summary>
    public static void Compose(WebApplicationBuilder builder, TemporalOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var cluster = new ClusterSettings();
        builder.Configuration.GetSection(ClusterSettings.SectionName).Bind(cluster);
        cluster.Validate(builder.Configuration.GetSection(TemporalOptions.SectionName).GetValue("AllowNonLoopback", false));

        // What the runtime says of every call and membership change is its own affair; warnings stay, and configuration can
        // ask for more. The dot keeps the product's own words.
        builder.Logging.AddFilter("Orleans.", LogLevel.Warning);

        // The runtime's retries tell of each placement; what comes of them, callers are told.
        builder.Logging.AddFilter("Polly", LogLevel.None);

        // Why the silo can not start is the last thing that the process says; a stack trace before it, three times, hides that.
        builder.Logging.AddFilter("Orleans.Runtime.Silo", LogLevel.None);

        // Turns get long on a machine that is busy with something else; nobody can do anything about one.
        builder.Logging.AddFilter("Orleans.Runtime.Scheduler", LogLevel.Error);

        // Its first look measures since the machine was started, and always warns.
        builder.Logging.AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error);
        builder.Host.UseOrleans(silo =>
        {
            Clustering.Use(silo, cluster);
            silo.AddOrleansTemporal(options);
        });
        builder.Services.AddSingleton<IDatabaseSource, SiloDatabaseSource>();
    }
}
