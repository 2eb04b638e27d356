using Microsoft.Extensions.Logging;
using OrleansTemporal.Agents;
using OrleansTemporal.Errors;
using OrleansTemporal.Wire;

namespace OrleansTemporal.Hosting;

/// <summary>
/// The database of a silo: open before the first grain is activated, closed after the last one has drained. Facades over it
/// reach every agent of the cluster.
/// </summary>
public sealed partial class SiloDatabase : ILifecycleParticipant<ISiloLifecycle>
{
    private readonly TemporalOptions options;
    private readonly SiloAgents agents;
    private readonly WireClock clock;
    private readonly IClusterMembershipService membership;
    private readonly ILocalSiloDetails self;
    private readonly OrphanWatch orphans;
    private readonly ILogger<SiloDatabase> logger;
    private readonly TaskCompletionSource<TemporalDatabase> opening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TemporalDatabase? current;

    internal SiloDatabase(
        TemporalOptions options,
        SiloAgents agents,
        WireClock clock,
        IClusterMembershipService membership,
        ILocalSiloDetails self,
        OrphanWatch orphans,
        ILogger<SiloDatabase> logger)
    {
        this.orphans = orphans;
        this.membership = membership;
        this.self = self;
        this.options = options;
        this.agents = agents;
        this.clock = clock;
        this.logger = logger;
    }

    /// <summary>The database while the silo runs.</summary>
    /// <exception cref="TemporalException">Unavailable, <c>not_ready</c>: it is not open yet, or not any more.</exception>
    public TemporalDatabase Current => Volatile.Read(ref current)
        ?? throw new TemporalException(ErrorKind.Unavailable, ErrorCodes.NotReady, "The silo's database is not open.") { RetryAfter = TimeSpan.FromSeconds(1) };

    /// <summary>Where the database takes its time from.</summary>
    internal TimeProvider Time => options.Time;

    /// <summary>The database, once the silo takes calls.</summary>
    /// <exception cref="TemporalException">Why it could not be opened.</exception>
    public Task<TemporalDatabase> WhenActiveAsync(CancellationToken cancellationToken) => opening.Task.WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle)
    {
        ArgumentNullException.ThrowIfNull(lifecycle);
        lifecycle.Subscribe(nameof(SiloDatabase), ServiceLifecycleStage.RuntimeStorageServices, OpenAsync, CloseAsync);
        if (options.Backend is not { IsShared: true })
        {
            lifecycle.Subscribe(nameof(SiloDatabase), ServiceLifecycleStage.ApplicationServices, StayAloneAsync);
        }

        lifecycle.Subscribe(nameof(SiloDatabase), ServiceLifecycleStage.Active, BeginAsync, EndAsync);
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            Volatile.Write(ref current, await TemporalDatabase.OpenAsync(options, services =>
            {
                clock.Clock = services.Clock;
                return agents.Use(services, options.SealOnClose);
            }, cancellationToken));
            LogOpened(options.Place);
        }
        catch (Exception failure)
        {
            opening.TrySetException(failure);
            throw;
        }
    }

    // Before this silo can be given an agent. What another has acknowledged is in its folder, not in this one.
    private async Task StayAloneAsync(CancellationToken cancellationToken)
    {
        await membership.Refresh(cancellationToken: cancellationToken);
        if (membership.CurrentSnapshot.Members.Values.FirstOrDefault(IsOther) is { } other)
        {
            var failure = new TemporalException(
                ErrorKind.Conflict, ErrorCodes.FolderLocked, $"The database in {options.Place} serves one silo alone, and {other.SiloAddress} is in this cluster already. Several silos need a store that all of them reach, such as Azure Blob Storage.");
            opening.TrySetException(failure);
            throw failure;
        }
    }

    // An earlier life of this silo, which nobody has declared dead yet, is no other one.
    private bool IsOther(ClusterMember member) =>
        member.Status is SiloStatus.Joining or SiloStatus.Active && !member.SiloAddress.Endpoint.Equals(self.SiloAddress.Endpoint);

    // Housekeeping wakes agents, which nobody can before the silo has joined.
    private Task BeginAsync(CancellationToken cancellationToken)
    {
        Current.StartHousekeeping(withSchedule: false);
        orphans.Start(Current);
        opening.TrySetResult(Current);
        return Task.CompletedTask;
    }

    // Before the grains go that it asks.
    private async Task EndAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref current) is { } database)
        {
            await orphans.DisposeAsync();
            await database.StopWorkAsync();
        }
    }

    private async Task CloseAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref current, null) is { } database)
        {
            await database.DisposeAsync();
            LogClosed(options.Place);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Opened the database in {Place} for the silo")]
    private partial void LogOpened(string place);

    [LoggerMessage(Level = LogLevel.Information, Message = "Closed the database in {Place} after the silo")]
    private partial void LogClosed(string place);
}
