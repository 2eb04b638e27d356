using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansTemporal.Agents;
using OrleansTemporal.Errors;
using OrleansTemporal.Hosting;

namespace OrleansTemporal.Lifecycle;

/// <inheritdoc cref="ILifecycleScheduleGrain"/>
[GrainType("ot.lifecycle-schedule")]
internal sealed partial class LifecycleScheduleGrain(SiloDatabase silo, IOptions<ReminderOptions> options, ILogger<LifecycleScheduleGrain> logger)
    : Grain, ILifecycleScheduleGrain, IRemindable
{
    // A tick that comes so much of a period after the last run is the same tick again; a run that is so many periods late was missed.
    private const double Doubled = 0.5;
    private const double Missed = 1.5;

    // The runtime takes a first tick that is past when it comes to it for one that was, and waits for the next.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    private readonly Dictionary<LifecycleProcess, DateTimeOffset> begun = [];

    private string Workspace => this.GetPrimaryKeyString();

    /// <inheritdoc/>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        var present = await this.GetReminders(cancellationToken);
        var state = await FindAsync(cancellationToken);
        var wanted = state is null
            ? []
            : Enum.GetValues<LifecycleProcess>().Select(process => LifecycleReminder.Of(state.Policy.Schedule, process, options.Value.MinimumReminderPeriod)).ToList();
        foreach (var reminder in wanted)
        {
            if (!present.Exists(known => known.ReminderName == reminder.Name))
            {
                await RegisterAsync(state!, reminder, cancellationToken);
            }
            else if (LastRun(state!, reminder.Process) is { } last && silo.Time.GetUtcNow() - last > reminder.Period * Missed)
            {
                await BeginAsync(reminder.Process, cancellationToken);
            }
        }

        foreach (var other in present.Where(known => !wanted.Exists(reminder => reminder.Name == known.ReminderName)))
        {
            await this.UnregisterReminder(other, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        try
        {
            if (!LifecycleReminder.TryParse(reminderName, out var reminder) || await FindAsync(CancellationToken.None) is not { } state)
            {
                // Of a later release, or of a workspace that has gone.
                await EnsureAsync(CancellationToken.None);
                return;
            }

            if (LastRun(state, reminder.Process) is not { } last || silo.Time.GetUtcNow() - last > reminder.Period * Doubled)
            {
                await BeginAsync(reminder.Process, CancellationToken.None);
            }
        }
        catch (TemporalException failure)
        {
            LogFailed(reminderName, Workspace, failure);
        }
    }

    private async ValueTask RegisterAsync(LifecycleState state, LifecycleReminder reminder, CancellationToken cancellationToken)
    {
        var due = FirstDue(state, reminder);
        if (due < Soon)
        {
            await BeginAsync(reminder.Process, cancellationToken);
            due = reminder.Period;
        }

        await this.RegisterOrUpdateReminder(reminder.Name, due, reminder.Period, cancellationToken);
    }

    // A run may take longer than a tick may; how it ends, its operation and the log say.
    private async ValueTask BeginAsync(LifecycleProcess process, CancellationToken cancellationToken)
    {
        await silo.Current.Lifecycle.StartAsync(CallContext.Local, Workspace, process, isDryRun: false, cancellationToken);
        begun[process] = silo.Time.GetUtcNow();
    }

    private async ValueTask<LifecycleState?> FindAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await silo.Current.Lifecycle.GetAsync(CallContext.Local, Workspace, cancellationToken);
        }
        catch (TemporalException gone) when (gone.Code == ErrorCodes.WorkspaceNotFound)
        {
            return null;
        }
    }

    // What was missed while no silo ran comes at once; what never ran, at a moment of its own in its first period, so that
    // workspaces made together do not run together for ever.
    private TimeSpan FirstDue(LifecycleState state, LifecycleReminder reminder)
    {
        return LastRun(state, reminder.Process) is { } last
            ? last + reminder.Period - silo.Time.GetUtcNow()
            : reminder.Period * Random.Shared.NextDouble();
    }

    // Runs that have changed nothing are not written down; those that were begun from here are remembered.
    private DateTimeOffset? LastRun(LifecycleState state, LifecycleProcess process)
    {
        var recorded = state.Runs.Where(run => run.Process == process).Select(static run => (DateTimeOffset?)DateTimeOffset.FromUnixTimeMilliseconds(run.SystemTime.Milliseconds)).Max();
        return begun.TryGetValue(process, out var here) && !(recorded > here) ? here : recorded;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The scheduled {Reminder} of workspace {Workspace} could not begin and will be tried when it is due next")]
    private partial void LogFailed(string reminder, string workspace, Exception failure);
}
