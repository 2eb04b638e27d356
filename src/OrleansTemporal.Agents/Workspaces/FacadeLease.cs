namespace OrleansTemporal.Workspaces;

/// <summary>
/// How long facades go on what they have read of workspaces and namespaces, and the data keys of a store that several have. Where one process has all facades it hears of
/// every change, and reads once; where several have some, each reads again after a while, and who removes a workspace waits
/// that long before its agents go: then nobody writes to what is not there any more. Thread-safe.
/// </summary>
/// <param name="time">Measures the time.</param>
/// <param name="lifetime">How long, or null for ever.</param>
public sealed class FacadeLease(TimeProvider time, TimeSpan? lifetime)
{
    /// <summary>Long enough that nearly no call pays for it, short enough that a change of settings is everywhere at once for people.</summary>
    public static readonly TimeSpan LifetimeDefault = TimeSpan.FromSeconds(1);

    /// <summary>For a process that has all facades.</summary>
    public static FacadeLease Forever { get; } = new(TimeProvider.System, null);

    /// <summary>Whether anything has to be read again at all.</summary>
    internal bool IsBounded => lifetime is not null;

    /// <summary>Now, for <see cref="IsFresh"/>; taken before something is read.</summary>
    internal long Now => lifetime is null ? 0 : time.GetTimestamp();

    /// <summary>Whether what was read then is good still, or was within so many lifetimes.</summary>
    internal bool IsFresh(long readAt, int lifetimes = 1) => lifetime is not { } limit || time.GetElapsedTime(readAt) < limit * lifetimes;

    /// <summary>Completes when nobody goes on what was read before this was called.</summary>
    internal Task WhenOverAsync(CancellationToken cancellationToken) =>
        lifetime is { } limit ? Task.Delay(limit, time, cancellationToken) : Task.CompletedTask;
}
