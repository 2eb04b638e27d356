using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Hosting;

/// <summary>
/// Opens the database while the server already answers its health, and closes it when the last request has left.
/// </summary>
internal sealed class DatabaseHost(
    TemporalOptions options, IDatabaseSource source, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<DatabaseHost> logger)
    : BackgroundService
{
    private volatile TemporalDatabase? current;
    private volatile string? fault;

    /// <summary>The database; null while it opens, when it could not be opened, and once it closes.</summary>
    internal TemporalDatabase? Current => current;

    /// <summary>The newest system time, or the wall clock's while nothing is open.</summary>
    internal HybridTimestamp SystemTime => current?.SystemTime is { Value: > 0 } known
        ? known
        : HybridTimestamp.FromMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>Where the data is, in words.</summary>
    internal string Place => options.Place;

    /// <summary>Why data can not be served now; null when it can.</summary>
    internal string? NotReadyReason => current switch
    {
        null => fault ?? "The database is opening or closing.",
        { IsReady: false } database => database.NotReadyReason ?? "The database is not ready.",
        _ => null,
    };

    /// <summary>What a data route answers while there is no database.</summary>
    internal TemporalException NotReady() =>
        new(ErrorKind.Unavailable, ErrorCodes.NotReady, fault ?? "The database is opening or closing.") { RetryAfter = TimeSpan.FromSeconds(1) };

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (current is { } database)
        {
            current = null;
            await source.CloseAsync(database);
            logger.DatabaseClosed(Place);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var start = time.GetTimestamp();
        try
        {
            current = await source.OpenAsync(stoppingToken);
            logger.DatabaseOpened(Place, (long)time.GetElapsedTime(start).TotalMilliseconds);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            logger.DatabaseClosed(Place);
        }
        catch (TemporalException refusal)
        {
            Stop(refusal.Message, null);
        }
        catch (Exception exception)
        {
            Stop("The database could not be opened; the log says why.", exception);
        }
    }

    // A process without its data is of no use to anybody: whoever runs it sees it end, with the reason.
    private void Stop(string reason, Exception? exception)
    {
        fault = reason;
        logger.OpenFailed(Place, reason, exception);
        Environment.ExitCode = 1;
        lifetime.StopApplication();
    }
}
