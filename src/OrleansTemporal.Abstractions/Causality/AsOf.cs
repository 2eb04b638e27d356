namespace OrleansTemporal.Causality;

/// <summary>
/// The moment that a read answers for: the newest durable state (the default value), an instant of system time, or a
/// sequence of the one agent that answers.
/// </summary>
public readonly record struct AsOf
{
    private readonly ulong systemTime;
    private readonly long sequence;

    private AsOf(ulong systemTime, long sequence)
    {
        this.systemTime = systemTime;
        this.sequence = sequence;
    }

    /// <summary>The newest durable state.</summary>
    public static AsOf Latest => default;

    /// <summary>True when no moment was named.</summary>
    public bool IsLatest => systemTime == 0 && sequence == 0;

    /// <summary>The instant, when one was named: everything with system time up to and including it.</summary>
    public HybridTimestamp? SystemTime => systemTime == 0 ? null : new HybridTimestamp(systemTime);

    /// <summary>The sequence, when one was named: every delta up to and including it.</summary>
    public long? Sequence => sequence == 0 ? null : sequence;

    /// <summary>As the service knew it at an instant.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The instant is zero.</exception>
    public static AsOf At(HybridTimestamp instant)
    {
        ArgumentOutOfRangeException.ThrowIfZero(instant.Value);
        return new AsOf(instant.Value, 0);
    }

    /// <summary>As the one answering agent stood after its delta <paramref name="sequence"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The sequence is not positive.</exception>
    public static AsOf After(long sequence)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sequence);
        return new AsOf(0, sequence);
    }
}
