using Microsoft.Extensions.Logging;

namespace OrleansTemporal.Hosting;

/// <summary>
/// What runs beside the agents of a process: one step after the other, until it is disposed. A step that fails, however, is
/// logged and made again after a while: whoever waits for what it does waits longer, and never for ever.
/// </summary>
internal abstract partial class BackgroundLoop : IAsyncDisposable
{
    private readonly TimeProvider time;
    private readonly TimeSpan retryAfter;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stopping = new();
    private Task running = Task.CompletedTask;

    /// <summary>Makes a loop that has not begun.</summary>
    /// <param name="time">Measures pauses.</param>
    /// <param name="retryAfter">How long after a step that failed the next one is made.</param>
    /// <param name="logger">Where failures are written.</param>
    protected BackgroundLoop(TimeProvider time, TimeSpan retryAfter, ILogger logger)
    {
        (this.time, this.retryAfter, this.logger) = (time, retryAfter, logger);
        Stopping = stopping.Token;
    }

    /// <summary>Over once the loop is to end.</summary>
    protected CancellationToken Stopping { get; }

    /// <summary>Begins.</summary>
    public virtual void Start() => running = RunAsync();

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
        stopping.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>One step; it ends when the next one is due.</summary>
    protected abstract ValueTask StepAsync(CancellationToken cancellationToken);

    private async Task RunAsync()
    {
        while (!Stopping.IsCancellationRequested)
        {
            try
            {
                await TryStepAsync().ConfigureAwait(false);
            }
            catch (Exception ended) when (Stopping.IsCancellationRequested)
            {
                LogStopped(GetType().Name, ended);
            }
        }
    }

    private async ValueTask TryStepAsync()
    {
        try
        {
            await StepAsync(Stopping).ConfigureAwait(false);
            return;
        }
        catch (OperationCanceledException interrupted) when (!Stopping.IsCancellationRequested)
        {
            // What it asks is closing, as a silo does before its loops end.
            LogInterrupted(GetType().Name, interrupted);
        }
        catch (Exception failure) when (!Stopping.IsCancellationRequested)
        {
            LogFailed(GetType().Name, failure);
        }

        await Task.Delay(retryAfter, time, Stopping).ConfigureAwait(false);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Loop} failed and goes on")]
    private partial void LogFailed(string loop, Exception failure);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Loop} was interrupted and goes on")]
    private partial void LogInterrupted(string loop, Exception reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Loop} ended")]
    private partial void LogStopped(string loop, Exception reason);
}
