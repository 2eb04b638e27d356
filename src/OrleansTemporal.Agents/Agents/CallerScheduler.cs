using System.Runtime.CompilerServices;

namespace OrleansTemporal.Agents;

/// <summary>For calls whose beginning is short and may run where it was called, and whose rest is not.</summary>
internal static class CallerScheduler
{
    /// <summary>Goes on on the thread pool when the caller runs on a scheduler of its own, which a grain's other calls wait for; else at once.</summary>
    public static ConfiguredTaskAwaitable LeaveAsync() =>
        Task.CompletedTask.ConfigureAwait(TaskScheduler.Current == TaskScheduler.Default ? ConfigureAwaitOptions.None : ConfigureAwaitOptions.ForceYielding);
}
