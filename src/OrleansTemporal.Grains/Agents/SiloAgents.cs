using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Operations;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Agents;

/// <summary>
/// The agents that the cluster has put on this silo: each activation enters when it opens and leaves when it has drained.
/// Thread-safe.
/// </summary>
internal sealed partial class SiloAgents(IGrainFactory grains, ILocalSiloDetails self, ILogger<SiloAgents> logger) : IAgentHost
{
    private readonly GrainDirectory directory = new(grains);
    private readonly ConcurrentDictionary<AgentId, IHostedAgent> agents = new();
    private AgentServices? services;
    private bool sealsOnClose;

    /// <summary>What agents are made of; there once the silo's database is open, which is before any grain is activated.</summary>
    public AgentServices Services => services
        ?? throw new TemporalException(ErrorKind.Unavailable, ErrorCodes.NotReady, "The silo's database is not open.") { RetryAfter = TimeSpan.FromSeconds(1) };

    /// <inheritdoc/>
    public FacadeLease Lease { get; private set; } = FacadeLease.Forever;

    /// <inheritdoc/>
    public IEnumerable<IHostedAgent> Agents => agents.Values;

    /// <summary>Takes the parts over that agents are made of.</summary>
    /// <param name="parts">The parts.</param>
    /// <param name="sealEverything">Whether an agent that closes seals what it has, as far as the runtime gives it time.</param>
    public SiloAgents Use(AgentServices parts, bool sealEverything)
    {
        services = parts with { Directory = this, Fenced = Leave };
        sealsOnClose = sealEverything;
        Lease = new FacadeLease(parts.Time, FacadeLease.LifetimeDefault);
        return this;
    }

    /// <inheritdoc/>
    public TAgent Get<TAgent>(AgentId id)
        where TAgent : class, IAgent =>
        directory.Get<TAgent>(id);

    /// <inheritdoc/>
    public async ValueTask OpenAsync(AgentId id, CancellationToken cancellationToken) =>
        await AgentGrains.Get(grains, id).GetStatusAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<bool> IsOwnedHereAsync(AgentId id, CancellationToken cancellationToken)
    {
        if (!agents.ContainsKey(id))
        {
            await OpenAsync(id, cancellationToken);
        }

        return agents.TryGetValue(id, out var agent) && await agent.IsOwnedAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<bool> MaintainAsync(AgentId id, MaintenanceBudget budget, CancellationToken cancellationToken) =>
        agents.TryGetValue(id, out var agent)
            ? agent.MaintainAsync(budget, cancellationToken)
            : AgentGrains.Get(grains, id).MaintainAsync(budget, cancellationToken);

    /// <summary>Opens an agent that has been activated here.</summary>
    public async Task EnterAsync(IHostedAgent agent, CancellationToken cancellationToken)
    {
        // The runtime gives up on an activation that drains too long; its log must be let go before another one takes it.
        if (agents.TryGetValue(agent.Id, out var before))
        {
            LogStillOpen(agent.Id.ToString());
            await before.DisposeAsync();
        }

        agents[agent.Id] = agent;
        try
        {
            await agent.OpenAsync(cancellationToken);
        }
        catch (TemporalException unreadable)
        {
            // Callers are to see this failure with its kind and code, which they do at their call; an activation that fails says neither.
            LogNotOpened(agent.Id.ToString(), unreadable);
        }
    }

    /// <summary>Drains an agent whose activation ends, and lets its log go.</summary>
    public async Task LeaveAsync(IHostedAgent agent, CancellationToken cancellationToken)
    {
        try
        {
            while (sealsOnClose && !cancellationToken.IsCancellationRequested
                && await agent.MaintainAsync(new MaintenanceBudget { SealEverything = true, AllowMerges = false }, cancellationToken))
            {
                // Each turn seals one generation; what time is left for is sealed, the rest stays in the log.
            }
        }
        catch (Exception failure) when (failure is TemporalException or OperationCanceledException)
        {
            LogNotSealed(agent.Id.ToString(), failure);
        }

        await agent.DisposeAsync();
        agents.TryRemove(new KeyValuePair<AgentId, IHostedAgent>(agent.Id, agent));
    }

    // Two activations of one agent live for a while when silos come and go. The one whose log was taken is the one that the
    // cluster no longer knows: its calls go on where the agent lives now.
    private void Leave(IHostedAgent agent)
    {
        LogTaken(agent.Id.ToString());
        ((IGrainBase)agent).DeactivateOnIdle();
    }

    /// <summary>Closes an agent for good: calls that come from here on go to another activation.</summary>
    public static async ValueTask CloseAsync(IHostedAgent agent, IGrainBase grain)
    {
        grain.DeactivateOnIdle();
        await agent.DisposeAsync();
    }

    /// <inheritdoc/>
    public ValueTask<OperationInfo?> FindOperationAsync(string workspace, string id, CancellationToken cancellationToken) =>
        ClusterOperations.FindAsync(grains, self.SiloAddress, workspace, id, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask RemoveAsync(string workspace, CancellationToken cancellationToken)
    {
        var management = grains.GetGrain<IManagementGrain>(0);
        foreach (var type in AgentGrains.Types)
        {
            foreach (var grain in await management.GetActiveGrains(type, cancellationToken))
            {
                if (AgentGrains.IdOf(grain) is var id && id.Workspace == workspace)
                {
                    await AgentGrains.Get(grains, id).CloseAsync(cancellationToken);
                }
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var agent in agents.Values)
        {
            await agent.DisposeAsync();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Agent} was activated again while an earlier activation was still closing")]
    private partial void LogStillOpen(string agent);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Agent} was taken over by another process; its activation here ends")]
    private partial void LogTaken(string agent);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Agent} can not be opened; calls to it fail until it can")]
    private partial void LogNotOpened(string agent, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Agent} was not sealed whole as it closed; the log has the rest")]
    private partial void LogNotSealed(string agent, Exception failure);
}
