namespace OrleansTemporal.Lifecycle;

/// <summary>Has the processes of a workspace, whose name is the key, run when its policy says, by reminders of the cluster. It keeps nothing of its own.</summary>
[Alias("ot.lifecycle-schedule")]
public interface ILifecycleScheduleGrain : IGrainWithStringKey
{
    /// <summary>Sees to it that there is a reminder for each process with the period of the present policy, and begins what is overdue. Nothing changes when all is well.</summary>
    [Alias("ensure")]
    Task EnsureAsync(CancellationToken cancellationToken);
}
