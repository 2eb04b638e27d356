using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace OrleansTemporal.Lifecycle;

public sealed partial class LifecycleService
{
    // Runs that changed nothing are written nowhere, and neither is what is due: both are of this host, and end with it.
    private readonly ConcurrentDictionary<(string Workspace, LifecycleProcess Process), DateTimeOffset> ended = [];
    private readonly ConcurrentDictionary<(string Workspace, LifecycleProcess Process), DateTimeOffset> planned = [];

    /// <summary>When each process ran and is due, in the order of their names.</summary>
    /// <param name="workspace">Whose.</param>
    /// <param name="state">What its lifecycle agent knows.</param>
    public ImmutableArray<LifecycleTimes> TimesOf(string workspace, LifecycleState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return [.. Enum.GetValues<LifecycleProcess>().OrderBy(LifecycleProcesses.NameOf, StringComparer.Ordinal).Select(process => TimeOf(workspace, process, state))];
    }

    /// <summary>The period of a process.</summary>
    internal static TimeSpan PeriodOf(LifecyclePolicy policy, LifecycleProcess process) => process switch
    {
        LifecycleProcess.Genome => policy.Schedule.Genome,
        LifecycleProcess.Distillation => policy.Schedule.Distillation,
        _ => policy.Schedule.Consolidation,
    };

    /// <summary>Takes down when a process is due.</summary>
    internal void Plan(string workspace, LifecycleProcess process, DateTimeOffset due) => planned[(workspace, process)] = due;

    /// <summary>Lets go of what is known of a workspace that is gone.</summary>
    internal void Forget(string workspace, LifecycleProcess process)
    {
        planned.TryRemove((workspace, process), out _);
        ended.TryRemove((workspace, process), out _);
    }

    private LifecycleTimes TimeOf(string workspace, LifecycleProcess process, LifecycleState state)
    {
        DateTimeOffset? last = null;
        foreach (var run in state.Runs)
        {
            last = run.Process == process ? DateTimeOffset.FromUnixTimeMilliseconds(run.SystemTime.Milliseconds) : last;
        }

        if (ended.TryGetValue((workspace, process), out var here) && !(last > here))
        {
            last = here;
        }

        return new LifecycleTimes(process, last, planned.TryGetValue((workspace, process), out var due) ? due : last + PeriodOf(state.Policy, process));
    }
}
