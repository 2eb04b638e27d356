using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansTemporal.Errors;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Hosting;

/// <summary>Composes the server: configuration, logging, the database and its REST front end.</summary>
public static class ServerHost
{
    private const string DefaultUrl = "http://127.0.0.1:5080";

    /// <summary>Serves until the process is asked to stop; tells on standard error why it can not start.</summary>
    /// <param name="args">Settings as the command line has them.</param>
    /// <param name="storages">Kinds of places for the data besides a folder.</param>
    /// <returns>The exit code of the process: 0, or 1 when it could not serve.</returns>
    public static Task<int> RunAsync(string[] args, params StorageKind[] storages) => RunAsync(args, null, storages);

    /// <inheritdoc cref="RunAsync(string[], StorageKind[])"/>
    /// <param name="compose">Adds what another kind of host has, before the front end is registered; may be null.</param>
    public static async Task<int> RunAsync(string[] args, Action<WebApplicationBuilder, TemporalOptions>? compose, params StorageKind[] storages)
    {
        try
        {
            var (app, addresses) = Compose(args, compose, storages);
            await using var disposed = app;
            addresses.RequireFree();
            await StartAsync(app);
            await app.WaitForShutdownAsync();
            return Environment.ExitCode;
        }
        catch (OperationCanceledException)
        {
            // Asked to stop before it listened: a signal, or a database that could not be opened and has said why.
            return Environment.ExitCode;
        }
        catch (Exception exception) when (exception is TemporalException or ArgumentException or IOException or InvalidOperationException or TargetInvocationException)
        {
            // What a wrong setting or a taken port needs is a sentence, not a stack trace.
            await Console.Error.WriteLineAsync($"OrleansTemporal can not start: {(exception is TargetInvocationException ? exception.GetBaseException() : exception).Message}");
            return 1;
        }
    }

    // The framework leaves running what has started when something after it can not; why that can not is what counts.
    private static async Task StartAsync(WebApplication app)
    {
        try
        {
            await app.StartAsync();
        }
        catch
        {
            await app.StopAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    /// <summary>The application, not started yet.</summary>
    /// <param name="args">Settings as the command line has them, such as <c>--urls http://127.0.0.1:5099</c>.</param>
    /// <param name="storages">Kinds of places for the data besides a folder.</param>
    /// <exception cref="TemporalException">A setting can not work.</exception>
    /// <exception cref="ArgumentException">A setting of the storage can not work.</exception>
    public static WebApplication Build(string[] args, params StorageKind[] storages) => Build(args, null, storages);

    /// <inheritdoc cref="Build(string[], StorageKind[])"/>
    /// <param name="compose">Adds what another kind of host has, before the front end is registered; may be null.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder, TemporalOptions>? compose, params StorageKind[] storages) =>
        Compose(args, compose, storages).App;

    private static (WebApplication App, ListenAddresses Addresses) Compose(string[] args, Action<WebApplicationBuilder, TemporalOptions>? compose, StorageKind[] storages)
    {
        // The framework leaves its spans without method and path unless it is asked for them before the host is built.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.WebHost.UseKestrelHttpsConfiguration();
        var settings = builder.Configuration.GetSection(TemporalOptions.SectionName);
        var options = new TemporalOptions();
        settings.Bind(options);
        options.Backend = StorageKind.Choose(storages, builder.Configuration);
        var limits = new OrleansTemporalHttpOptions();
        builder.Configuration.GetSection(OrleansTemporalHttpOptions.SectionName).Bind(limits);

        var urls = builder.Configuration["urls"] is { Length: > 0 } configured ? configured : DefaultUrl;
        var addresses = ListenAddresses.Check(urls, builder.Configuration, settings.GetValue("AllowNonLoopback", false));
        if (addresses.IsOpen)
        {
            // Whoever allowed others to reach the server has said what stands in front of it.
            options.Authorizer = new AllowAllAuthorizer();
        }

        builder.WebHost.UseUrls(urls);
        ConfigureLogging(builder, settings.GetValue("JsonLogs", false));
        compose?.Invoke(builder, options);
        builder.Services.AddOrleansTemporal(options, limits);

        var app = builder.Build();
        app.MapOrleansTemporal();
        app.Lifetime.ApplicationStarted.Register(() => Greet(app, options.Place, addresses.IsOpen));
        return (app, addresses);
    }

    // What the framework says of each request would cost more than the request; warnings stay, and configuration can ask for more.
    private static void ConfigureLogging(WebApplicationBuilder builder, bool json)
    {
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);

        // Why the host can not start is the last thing that the process says; a stack trace before it hides that.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);

        // While this category is on, the framework makes a span for each request even when nobody listens to spans.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        if (json)
        {
            builder.Logging.AddJsonConsole(console => console.UseUtcTimestamp = true);
        }
        else
        {
            builder.Logging.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat, console.UseUtcTimestamp) = (true, "HH:mm:ss.fff ", true));
        }

        // Later rules win, so what the user configured stands behind the defaults above.
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
    }

    private static void Greet(WebApplication app, string place, bool isOpen)
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        var first = addresses.FirstOrDefault() ?? DefaultUrl;
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("OrleansTemporal.Server");
        if (isOpen)
        {
            logger.ListensBeyondLoopback(string.Join(", ", addresses));
        }

        Console.WriteLine($$"""
            OrleansTemporal listens on {{string.Join(", ", addresses)}}
            Data is in {{place}}

              curl -X PUT {{first}}/v1/default/kv/users/ada -d '{"name":"Ada"}'
              curl {{first}}/v1/default/kv/users/ada
              curl {{first}}/v1/default/kv/users/ada/history

            """);
    }
}
