using Microsoft.Extensions.Logging;
using OrleansTemporal.Agents;
using OrleansTemporal.Errors;
using OrleansTemporal.Hosting;

namespace OrleansTemporal.Lifecycle;

/// <summary>
/// Looks once a minute whether each workspace has its reminders, on the silo where the registry of workspaces lives. So a new
/// workspace, another policy, and reminders that were kept in a memory that has gone need nobody to tell of them.
/// </summary>
internal sealed partial class LifecycleReminders(SiloDatabase silo, SiloAgents agents, IGrainFactory grains, ILogger<LifecycleReminders> logger)
    : ILifecycleParticipant<ISiloLifecycle>, IAsyncDisposable
{
    // Behind the runtime's own service of reminders, which starts when the silo becomes active.
    private const int Stage = ServiceLifecycleStage.Active + 1;

    private static readonly TimeSpan LookInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource stopping = new();
    private Task running = Task.CompletedTask;
    private int disposed;

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(LifecycleReminders), Stage, BeginAsync, EndAsync);

    /// <summary>Looks after every workspace once.</summary>
    /// <returns>False when one of them could not be looked after.</returns>
    internal async ValueTask<bool> LookAsync(CancellationToken cancellationToken)
    {
        if (!await agents.IsOwnedHereAsync(SystemAgents.WorkspaceRegistry, cancellationToken))
        {
            return true;
        }

        var all = true;
        await foreach (var workspace in silo.Current.Workspaces.ListAllAsync(cancellationToken))
        {
            all &= await EnsureAsync(workspace, cancellationToken);
        }

        return all;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The container has it twice, under two names.
        if (Interlocked.Exchange(ref disposed, 1) == 0)
        {
            await stopping.CancelAsync();
            await running;
            stopping.Dispose();
        }
    }

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        await silo.WhenActiveAsync(cancellationToken);
        running = Task.Run(RunAsync, CancellationToken.None);
    }

    private async Task EndAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        await running;
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(await TryLookAsync() ? LookInterval : RetryAfter, TimeProvider.System, stopping.Token);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            LogStopped();
        }
    }

    private async ValueTask<bool> TryLookAsync()
    {
        try
        {
            return await LookAsync(stopping.Token);
        }
        catch (Exception failure) when (failure is OrleansException or TemporalException or TimeoutException)
        {
            LogFailed("", failure);
            return false;
        }
    }

    private async ValueTask<bool> EnsureAsync(string workspace, CancellationToken cancellationToken)
    {
        try
        {
            await grains.GetGrain<ILifecycleScheduleGrain>(workspace).EnsureAsync(cancellationToken);
            return true;
        }
        catch (Exception failure) when (failure is OrleansException or TemporalException or TimeoutException)
        {
            // The others have theirs all the same.
            LogFailed(workspace, failure);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The reminders of workspace {Workspace} could not be looked after and will be soon")]
    private partial void LogFailed(string workspace, Exception failure);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Reminders are looked after no more")]
    private partial void LogStopped();
}
