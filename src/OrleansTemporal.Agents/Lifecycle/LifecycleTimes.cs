namespace OrleansTemporal.Lifecycle;

/// <summary>When a process of the lifecycle ran, and when it runs next, as this host knows.</summary>
/// <param name="Process">Which one.</param>
/// <param name="LastRun">When it ended last, whatever it found to do; null when it has not since this host began, and no run before has left a trace.</param>
/// <param name="NextRun">When it is due; where another host keeps the schedule, a period after the last run, or null.</param>
public sealed record LifecycleTimes(LifecycleProcess Process, DateTimeOffset? LastRun, DateTimeOffset? NextRun);
