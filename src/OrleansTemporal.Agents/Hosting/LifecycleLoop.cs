using System.Buffers.Binary;
using Microsoft.Extensions.Logging;
using OrleansTemporal.Agents;
using OrleansTemporal.Errors;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Hosting;

/// <summary>
/// Starts the scheduled runs of an embedded host. A workspace's first consolidation comes at a random moment of its period,
/// later ones a period after the last, a tenth more or less; a genome that was due while nothing ran is caught up with. One
/// run at a time; one that fails is logged and tried again when it is due next. Where several processes share a store, the
/// one that owns the registry of workspaces runs them.
/// </summary>
internal sealed partial class LifecycleLoop : BackgroundLoop
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(1);

    private readonly IAgentHost host;
    private readonly LifecycleService lifecycle;
    private readonly WorkspaceService workspaces;
    private readonly AgentServices services;
    private readonly ILogger logger;
    private readonly Dictionary<(string Workspace, LifecycleProcess Process), DateTimeOffset> due = [];

    public LifecycleLoop(IAgentHost host, LifecycleService lifecycle, WorkspaceService workspaces, AgentServices services)
        : base(services.Time, TickInterval, services.Loggers.CreateLogger<LifecycleLoop>())
    {
        this.host = host;
        this.lifecycle = lifecycle;
        this.workspaces = workspaces;
        this.services = services;
        logger = services.Loggers.CreateLogger<LifecycleLoop>();
    }

    /// <summary>Runs what is due of every workspace, one after the other.</summary>
    public async ValueTask TurnAsync(CancellationToken cancellationToken)
    {
        if (!await host.IsOwnedHereAsync(SystemAgents.WorkspaceRegistry, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        await foreach (var workspace in workspaces.ListAllAsync(cancellationToken).ConfigureAwait(false))
        {
            foreach (var process in Enum.GetValues<LifecycleProcess>())
            {
                await RunIfDueAsync(workspace, process, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    protected override async ValueTask StepAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(TickInterval, services.Time, cancellationToken).ConfigureAwait(false);
        await TurnAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask RunIfDueAsync(string workspace, LifecycleProcess process, CancellationToken cancellationToken)
    {
        var now = services.Time.GetUtcNow();
        if (due.TryGetValue((workspace, process), out var next) && next > now)
        {
            return;
        }

        try
        {
            var state = await lifecycle.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
            var period = LifecycleService.PeriodOf(state.Policy, process);
            if (!due.ContainsKey((workspace, process)))
            {
                Plan(workspace, process, FirstDue(state, process, period, now));
                return;
            }

            Plan(workspace, process, now + period + (period * (Share() - 0.5) / 5));
            await lifecycle.RunAsync(CallContext.Local, workspace, process, isDryRun: false, progress: null, cancellationToken).ConfigureAwait(false);
        }
        catch (TemporalException failure) when (failure.Code == ErrorCodes.WorkspaceNotFound)
        {
            due.Remove((workspace, process));
            lifecycle.Forget(workspace, process);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(LifecycleProcesses.NameOf(process), workspace, failure);
        }
    }

    private void Plan(string workspace, LifecycleProcess process, DateTimeOffset next)
    {
        due[(workspace, process)] = next;
        lifecycle.Plan(workspace, process, next);
    }

    // Genomes are written down, so it is known when the last one was; the others look at everything anyway.
    private DateTimeOffset FirstDue(LifecycleState state, LifecycleProcess process, TimeSpan period, DateTimeOffset now)
    {
        var last = state.Runs.FirstOrDefault(run => run.Process == process);
        return process == LifecycleProcess.Genome && last is not null
            ? DateTimeOffset.FromUnixTimeMilliseconds(last.SystemTime.Milliseconds) + period
            : now + (period * Share());
    }

    private double Share()
    {
        Span<byte> random = stackalloc byte[sizeof(uint)];
        services.Salts.Fill(random);
        return BinaryPrimitives.ReadUInt32LittleEndian(random) / (double)uint.MaxValue;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The scheduled {Process} of workspace {Workspace} failed and will be tried again when it is due")]
    private partial void LogFailed(string process, string workspace, Exception failure);
}
