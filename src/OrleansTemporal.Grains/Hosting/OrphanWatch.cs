using Microsoft.Extensions.Logging;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Hosting;

/// <summary>
/// Has the agents of a silo that died opened at once, by one of those that are left. Whoever takes an agent over waits until
/// its owner before answers no more; a request passes three agents, and would wait three times.
/// </summary>
internal sealed partial class OrphanWatch(IClusterMembershipService membership, ILocalSiloDetails self, ILogger<OrphanWatch> logger) : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private Task watching = Task.CompletedTask;

    /// <summary>Begins to watch the membership.</summary>
    public void Start(TemporalDatabase database) => watching = Task.Run(() => WatchAsync(database, stopping.Token));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await watching;
        stopping.Dispose();
    }

    private async Task WatchAsync(TemporalDatabase database, CancellationToken cancellationToken)
    {
        var active = new HashSet<SiloAddress>();
        try
        {
            await foreach (var snapshot in membership.MembershipUpdates.WithCancellation(cancellationToken))
            {
                var now = snapshot.Members.Values.Where(static member => member.Status == SiloStatus.Active).Select(static member => member.SiloAddress).ToHashSet();

                // Whoever leaves in good order says so first, and lets its agents go by itself.
                var died = active.Where(silo => !now.Contains(silo) && snapshot.GetSiloStatus(silo) is SiloStatus.Dead or SiloStatus.None).ToList();
                active = now;
                if (died.Count > 0 && now.Min()?.Equals(self.SiloAddress) == true)
                {
                    await OpenAsync(database, died[0], cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogStopped();
        }
    }

    private async Task OpenAsync(TemporalDatabase database, SiloAddress died, CancellationToken cancellationToken)
    {
        LogDied(died);
        try
        {
            await database.OpenOrphansAsync(cancellationToken);
        }
        catch (TemporalException failure)
        {
            // They open when somebody asks for them.
            LogNotOpened(died, failure);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The silo {Silo} has died; its agents are opened elsewhere")]
    private partial void LogDied(SiloAddress silo);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The agents of the silo {Silo}, which has died, are opened when they are asked for")]
    private partial void LogNotOpened(SiloAddress silo, Exception failure);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The membership is watched no more")]
    private partial void LogStopped();
}
