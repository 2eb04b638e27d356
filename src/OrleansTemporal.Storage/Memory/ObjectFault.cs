namespace OrleansTemporal.Storage.Memory;

/// <summary>What goes wrong with one call of a <see cref="MemoryObjectStore"/>.</summary>
/// <param name="Delay">How long the call waits first, on the store's clock.</param>
/// <param name="FailsBefore">The call fails and does nothing.</param>
/// <param name="FailsAfter">The call does its work and then fails: the caller can not know.</param>
public readonly record struct ObjectFault(TimeSpan Delay = default, bool FailsBefore = false, bool FailsAfter = false)
{
    /// <summary>Nothing goes wrong.</summary>
    public static ObjectFault None => default;

    /// <summary>An error before anything was done.</summary>
    public static ObjectFault Before => new(FailsBefore: true);

    /// <summary>An error after everything was done.</summary>
    public static ObjectFault After => new(FailsAfter: true);
}
