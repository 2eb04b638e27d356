using OrleansTemporal.Causality;

namespace OrleansTemporal.Storage.Ports;

/// <summary>
/// A log that other processes may take over: what a store shared by several processes hands out. Whoever holds it proves
/// from time to time that it still does; a log on a local disk, locked for one process, has nothing to prove.
/// </summary>
public interface IOwnedLog : ICausalLog
{
    /// <summary>Which ownership of the agent this is; later owners have greater numbers, and an owner's own number may rise. A volatile read.</summary>
    ulong Epoch { get; }

    /// <summary>Greatest system time that an earlier owner may have issued for the agent or answered for.</summary>
    HybridTimestamp ResumeFrom { get; }

    /// <summary>
    /// True while no other process can have acknowledged anything for the agent. What is answered rests on this being true
    /// at some time since the question came. A clock reading.
    /// </summary>
    bool IsCurrent { get; }

    /// <summary>Completes when <see cref="IsCurrent"/> was true after the call, asking the store when need be.</summary>
    /// <exception cref="Errors.TemporalException">Fenced when there is another owner; Unavailable, <c>not_ready</c>, when the store does not say.</exception>
    ValueTask ConfirmAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Says that a manifest with this epoch stands. From then on no earlier epoch can be claimed again, so what earlier ones
    /// have left in the log may go once it is trimmed.
    /// </summary>
    void Publish(ulong epoch);
}
