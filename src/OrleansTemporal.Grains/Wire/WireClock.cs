using OrleansTemporal.Causality;

namespace OrleansTemporal.Wire;

/// <summary>
/// Carries the clock of a process along with its messages: every record says what its sender's clock had reached, and
/// whoever reads it issues later times only. So nobody who moves between silos sees an effect before its cause.
/// </summary>
internal sealed class WireClock
{
    private HybridClock? clock;

    /// <summary>The clock of this process; set once, before its first message of its own.</summary>
    public HybridClock? Clock
    {
        get => Volatile.Read(ref clock);
        set => Volatile.Write(ref clock, value);
    }

    /// <summary>
    /// True for a process that issues no times of its own, such as a client: it follows the cluster however wrong its own wall
    /// clock is.
    /// </summary>
    public bool FollowsAlways { get; set; }

    /// <summary>What is sent.</summary>
    public ulong Last => Clock?.Last.Value ?? 0;

    /// <summary>
    /// Takes over what was received. A silo does not follow what is further in the future than clocks may differ: where it
    /// matters the agent refuses the call.
    /// </summary>
    public void Receive(ulong value)
    {
        var remote = new HybridTimestamp(value);
        if (Clock is not { } own || remote <= own.Last)
        {
            return;
        }

        if (FollowsAlways || remote.Milliseconds <= own.NowMilliseconds + (long)HybridClock.MaxClockOffset.TotalMilliseconds)
        {
            own.Resume(remote);
        }
    }
}
