using Microsoft.Extensions.Logging;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Hosting;

/// <summary>
/// The housekeeping of an embedded host: one turn after the other over all open agents, soon again while there is work.
/// An agent that fails is logged and tried again at the next turn; the others go on.
/// </summary>
internal sealed partial class MaintenanceLoop : BackgroundLoop
{
    private readonly IAgentHost host;
    private readonly ICausalLogs logs;
    private readonly IObjectStore objects;
    private readonly DataKeyRing? keys;
    private readonly ILogger logger;
    private readonly TimeProvider time;
    private readonly TimeSpan interval;
    private bool isResumed;

    public MaintenanceLoop(
        IAgentHost host, AgentServices services, TimeSpan interval, ILogger<MaintenanceLoop> logger)
        : base(services.Time, interval, logger)
    {
        this.host = host;
        (logs, objects, keys) = (services.Logs, services.Objects, services.Keys);
        this.logger = logger;
        this.interval = interval;
        time = services.Time;
    }

    /// <summary>One turn over all agents. True when there is more to do.</summary>
    public async ValueTask<bool> TurnAsync(CancellationToken cancellationToken)
    {
        var more = false;
        await ResumeAsync(cancellationToken).ConfigureAwait(false);
        await ForgetKeysAsync(cancellationToken).ConfigureAwait(false);
        foreach (var id in logs.AgentsToSeal())
        {
            more |= await MaintainAsync(id, new MaintenanceBudget { SealEverything = true, AllowMerges = false }, cancellationToken).ConfigureAwait(false);
        }

        foreach (var agent in host.Agents)
        {
            more |= await GuardAsync(agent.Id, agent.MaintainAsync(MaintenanceBudget.Normal, cancellationToken), cancellationToken).ConfigureAwait(false);
        }

        return more;
    }

    // Agents that the process before was still removing erased bytes of are opened, so that their turn comes.
    private async ValueTask ResumeAsync(CancellationToken cancellationToken)
    {
        if (isResumed)
        {
            return;
        }

        try
        {
            foreach (var id in await ErasureMarks.ListAsync(objects, cancellationToken).ConfigureAwait(false))
            {
                await MaintainAsync(id, MaintenanceBudget.Normal, cancellationToken).ConfigureAwait(false);
            }

            isResumed = true;
        }
        catch (TemporalException failure)
        {
            LogFailed(ErasureMarks.PrefixOf(null), failure);
        }
    }

    private async ValueTask ForgetKeysAsync(CancellationToken cancellationToken)
    {
        if (keys is null)
        {
            return;
        }

        try
        {
            await keys.ForgetDestroyedAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (TemporalException failure)
        {
            LogFailed("the data keys", failure);
        }
    }

    protected override async ValueTask StepAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(interval, time, cancellationToken).ConfigureAwait(false);
        while (await TurnAsync(cancellationToken).ConfigureAwait(false))
        {
            await Task.Yield();
        }
    }

    private ValueTask<bool> MaintainAsync(AgentId id, MaintenanceBudget budget, CancellationToken cancellationToken) =>
        GuardAsync(id, host.MaintainAsync(id, budget, cancellationToken), cancellationToken);

    private async ValueTask<bool> GuardAsync(AgentId id, ValueTask<bool> turn, CancellationToken cancellationToken)
    {
        try
        {
            return await turn.ConfigureAwait(false);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(id.ToString(), failure);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Housekeeping of {Agent} failed and will be tried again")]
    private partial void LogFailed(string agent, Exception failure);
}
